/** The parameters of the zero-bias CNN: names and shapes as in PyTorch, and the paper's initial values. */
import { checkArray } from "../datasets/arrays.ts";
import { pcg4d, Purpose, unit } from "../kernels/random/mod.ts";

/** Filters of the three convolutions, and units of fc4. */
export const FILTERS = [64, 128, 256] as const;
/** Units of the hidden dense layer. */
export const HIDDEN = 300;
/** Inputs of fc4: 256 filters x 2 x 2 quadrants, whatever the image size. */
export const FEATURES = 4 * FILTERS[2];

/** A parameter's name, for example `"conv1.weight"`. */
export type ParameterName =
  | "conv1.weight"
  | "conv2.weight"
  | "conv3.weight"
  | "fc4.weight"
  | "fc4.bias"
  | "output.weight"
  | "output.bias";

/** One Float32Array for each parameter, row-major. */
export type Parameters = Record<ParameterName, Float32Array>;

/**
 * Shapes of all parameters for a number of classes, in the order of the layers. 1,335,207 numbers for 7 classes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parameterShapes } from "./parameters.ts";
 * const counts = Object.values(parameterShapes(7)).map((shape) => shape.reduce((a, b) => a * b));
 * assert.equal(counts.reduce((a, b) => a + b), 1_335_207);
 * ```
 */
export function parameterShapes(classes: number): Record<ParameterName, number[]> {
  return {
    "conv1.weight": [FILTERS[0], 1, 5, 5],
    "conv2.weight": [FILTERS[1], FILTERS[0], 5, 5],
    "conv3.weight": [FILTERS[2], FILTERS[1], 5, 5],
    "fc4.weight": [HIDDEN, FEATURES],
    "fc4.bias": [HIDDEN],
    "output.weight": [classes, HIDDEN],
    "output.bias": [classes],
  };
}

/** Number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * Checks values for some parameters, or for all.
 *
 * @param what What they are, for error messages.
 * @throws {TypeError} for one that is no Float32Array.
 * @throws {RangeError} for a name that is unknown, a wrong length, a value that is not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkParameters } from "./parameters.ts";
 * checkParameters({ "output.bias": new Float32Array(7) }, 7);
 * assert.throws(() => checkParameters({ "output.bias": new Float32Array(8) }, 7), /8 numbers.*of 7/);
 * ```
 */
export function checkParameters(
  values: Partial<Record<string, Float32Array>>,
  classes: number,
  what = "parameter",
): void {
  const shapes = parameterShapes(classes);
  for (const [name, data] of Object.entries(values)) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name as ParameterName] : undefined;
    if (!shape) throw new RangeError(`${what} ${name} is unknown, expected one of ${Object.keys(shapes).join(", ")}`);
    checkArray(`${what} ${name}`, data, Float32Array);
    if (data.length !== elements(shape)) {
      throw new RangeError(
        `${what} ${name} has ${data.length} numbers, expected a Float32Array of ${elements(shape)} (${
          shape.join(" x ")
        })`,
      );
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`${what} ${name}[${bad}] is ${data[bad]}, expected a finite number`);
  }
}

/** All parameters of a network of so many classes, out of what a caller passed. Throws as {@linkcode checkParameters} does. */
export function allParameters(values: Parameters, classes: number): Parameters {
  const all = Object.fromEntries(
    Object.keys(parameterShapes(classes)).map((name) => [name, values[name as ParameterName]]),
  );
  checkParameters(all, classes);
  return all as Parameters;
}

/**
 * The initial scale k that a seed draws, uniform in [0.2, 1.2), as the authors' code does once a run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawInitialScale } from "./parameters.ts";
 * const k = drawInitialScale(1);
 * assert(k >= 0.2 && k < 1.2 && k === drawInitialScale(1));
 * ```
 */
export function drawInitialScale(seed: number): number {
  return 0.2 + unit(pcg4d(seed, 0, 0, Purpose.initialScale)[0]);
}

/**
 * Initial parameters: N(0, std) with std = k / sqrt(25 C_in) for a convolution, k / 256 for fc4 (the authors' product holds their
 * batch size), k / sqrt(300) for the output; biases 1 (fc4) and 0 (output). Source: the authors' experiment files.
 *
 * @param seed 32-bit unsigned integer @param scale k; 0.2..1.2 in the paper
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initialParameters } from "./parameters.ts";
 * const { "conv1.weight": w, "fc4.bias": b } = initialParameters(7, 1, 1);
 * assert(w.length === 1600 && b.every((value) => value === 1));
 * ```
 */
export function initialParameters(classes: number, seed: number, scale: number): Parameters {
  const shapes = parameterShapes(classes);
  const deviations: Partial<Record<ParameterName, number>> = {
    "conv1.weight": scale / Math.sqrt(25),
    "conv2.weight": scale / Math.sqrt(25 * FILTERS[0]),
    "conv3.weight": scale / Math.sqrt(25 * FILTERS[1]),
    "fc4.weight": scale / 256,
    "output.weight": scale / Math.sqrt(HIDDEN),
  };
  const names = Object.keys(shapes) as ParameterName[];
  return Object.fromEntries(names.map((name, index) => {
    const count = elements(shapes[name]);
    const deviation = deviations[name];
    if (deviation === undefined) return [name, new Float32Array(count).fill(name === "fc4.bias" ? 1 : 0)];
    return [name, normal(count, deviation, seed, index)];
  })) as Parameters;
}

/** Normal deviates by Box and Muller's transform, four from one hash. */
function normal(count: number, deviation: number, seed: number, tensor: number): Float32Array {
  const values = new Float32Array(count);
  for (let block = 0; 4 * block < count; block++) {
    const words = pcg4d(seed, tensor, block, Purpose.initialWeights);
    for (let pair = 0; pair < 2; pair++) {
      const radius = deviation * Math.sqrt(-2 * Math.log((words[2 * pair] + 1) / 2 ** 32));
      const angle = 2 * Math.PI * words[2 * pair + 1] / 2 ** 32;
      values[4 * block + 2 * pair] = radius * Math.cos(angle); // past the end: ignored by the typed array
      values[4 * block + 2 * pair + 1] = radius * Math.sin(angle);
    }
  }
  return values;
}
