/**
 * Convolutions against their float64 definition, at places drawn from the full sizes of their tensors. Of a gradient only the planes that a
 * place needs are spread out, so that the largest sizes are looked at too.
 */
import type { ConvolutionShape } from "../../kernels/convolution/mod.ts";
import { byInputAt, byWeightAt, forwardAt } from "../../tests/reference/convolution.ts";
import { twoByTwo, unpackPositions, unpool, type Windows } from "../../tests/reference/pool.ts";

/** Places looked at in each tensor. */
const PLACES = 40;
/**
 * Largest error, relative to the largest value expected at these places: float32 rounding, that of Winograd's transforms, and that of float16
 * (2^-11) in them.
 */
const TOLERANCES = { direct: 5e-6, sparse: 5e-6, winograd: 2e-5, "winograd-float16": 3e-2 } as const;

/** How a tensor was computed. */
export type Method = keyof typeof TOLERANCES;

/** A convolution that was run. */
export interface Convolution {
  /** Such as `"conv2"`. */
  layer: string;
  shape: ConvolutionShape;
  /** Its input and filters. */
  x: Float32Array;
  w: Float32Array;
}

/** The gradient of a convolution's output, as the map before pooling has it: some of its planes, numbered image by image, one after the other. */
export type OutputGradient = (planes: readonly number[]) => ArrayLike<number>;

/** Compares tensor by tensor, and remembers how far off they were. */
export class Samples {
  /** Tensors looked at. */
  tensors = 0;
  /** The largest error that was found, relative to the largest value that was expected of its tensor. */
  error = 0;

  /** Compares the output, after ReLU and, where `pooled`, 2x2 pooling. Throws, as all of these do, an Error that names what is off. */
  forward({ layer, shape, x, w }: Convolution, method: Method, y: Float32Array, pooled: boolean): void {
    const value = (n: number, k: number, i: number, j: number) => forwardAt(shape, x, w, n, k, i, j);
    const { images, outputs, height, width } = shape;
    const sizes = pooled ? [images, outputs, height >> 1, width >> 1] : [images, outputs, height, width];
    const expected = ([n, k, i, j]: Place) =>
      Math.max(0, ...(pooled ? CORNERS.map(([r, s]) => value(n, k, 2 * i + r, 2 * j + s)) : [value(n, k, i, j)]));
    this.#compare(`${layer} forward`, shape, method, y, sizes, expected);
  }

  /** Compares the gradient by weight of `batch` images, which are those of the shape again and again. */
  byWeight(
    { layer, shape, x }: Convolution,
    method: Method,
    dw: Float32Array,
    dy: OutputGradient,
    batch = shape.images,
  ): void {
    const { images, inputs, outputs, height, width, filter } = shape;
    const [whole, rest] = [Math.floor(batch / images), batch % images];
    const expected = ([k, c, r, t]: Place) => {
      const one = { ...shape, inputs: 1, outputs: 1 };
      const planes = (of: number, channel: number) => Array.from({ length: images }, (_, n) => n * of + channel);
      const [xs, dys] = [gather(x, height * width, planes(inputs, c)), dy(planes(outputs, k))];
      const of = (images: number) => byWeightAt({ ...one, images }, xs, dys, 0, 0, r, t);
      return whole * of(images) + (rest > 0 ? of(rest) : 0);
    };
    this.#compare(`${layer} by weight`, shape, method, dw, [outputs, inputs, filter, filter], expected);
  }

  /** Compares the gradient by input; where there was a ReLU before it, x says what that let through. */
  byInput({ layer, shape, x, w }: Convolution, method: Method, dx: Float32Array, dy: OutputGradient, relu: boolean) {
    const { images, inputs, outputs, height, width } = shape;
    const expected = ([n, c, u, v]: Place, index: number) => {
      if (relu && !(x[index] > 0)) return 0;
      const dys = dy(Array.from({ length: outputs }, (_, k) => n * outputs + k));
      return byInputAt({ ...shape, images: 1 }, dys, w, 0, c, u, v);
    };
    this.#compare(`${layer} by input`, shape, method, dx, [images, inputs, height, width], expected);
  }

  #compare(
    what: string,
    { images, inputs, outputs, height, width }: ConvolutionShape,
    method: Method,
    found: Float32Array,
    sizes: number[],
    expected: (at: Place, index: number) => number,
  ): void {
    const where =
      `at ${images} x ${inputs} -> ${outputs}, ${height}x${width}: it is not timed. Remedy: --convolution with ` +
      "another method; and please report it with deno task doctor.";
    const odd = found.findIndex((value) => !Number.isFinite(value)); // also where no sample is taken
    if (odd >= 0) {
      throw new Error(
        `${what} (${method}) has ${found[odd]} at ${odd} of its ${found.length} values, expected finite ones, ${where}`,
      );
    }
    const samples = places(sizes).map(({ index, at }) => ({ is: found[index], expected: expected(at, index) }));
    // Not by the largest value found: where that is wrong and huge, all others would pass.
    const error = Math.max(...samples.map(({ is, expected }) => Math.abs(is - expected))) /
      Math.max(...samples.map(({ expected }) => Math.abs(expected)));
    if (!(error <= TOLERANCES[method])) { // NaN fails
      throw new Error(
        `${what} (${method}) is off by ${error} of the largest value expected, at most ${
          TOLERANCES[method]
        } may be, ${where}`,
      );
    }
    this.tensors++;
    this.error = Math.max(this.error, error);
  }
}

/** The gradient of a map that was not pooled, or of one whose 2x2 maxima stand in `argmax`, packed as the kernels do. */
export function spreadOut(
  { height, width }: ConvolutionShape,
  dy: Float32Array,
  argmax?: Uint32Array<ArrayBuffer>,
): OutputGradient {
  if (!argmax) return (planes) => gather(dy, height * width, planes);
  return (planes) => {
    const map = twoByTwo({ planes: planes.length, height, width });
    const words = gather(argmax, Math.ceil(height / 4) * Math.ceil(width / 4), planes);
    return unpool(map, gather(dy, (height >> 1) * (width >> 1), planes), unpackPositions(map, words));
  };
}

/** The gradient of a map behind windows whose maxima stand in `argmax` as places in their planes. */
export function behindWindows(
  windows: Windows,
  dy: Float32Array,
  argmax: Uint32Array<ArrayBuffer>,
): OutputGradient {
  const cells = Math.floor(windows.height / windows.window_height) * Math.floor(windows.width / windows.window_width);
  return (planes) =>
    unpool({ ...windows, planes: planes.length }, gather(dy, cells, planes), gather(argmax, cells, planes));
}

type Place = [number, number, number, number];

const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];

/** Places over a whole tensor of the given sizes, its first and last among them. */
function places([A, B, C, D]: number[]): { index: number; at: Place }[] {
  const length = A * B * C * D;
  return Array.from({ length: PLACES }, (_, n) => {
    // Evenly, but moved so that columns and channels vary.
    const index = n === PLACES - 1 ? length - 1 : Math.floor(n * length / PLACES + (n * 7919) % (length / PLACES));
    return {
      index,
      at: [Math.floor(index / (B * C * D)), Math.floor(index / (C * D)) % B, Math.floor(index / D) % C, index % D],
    };
  });
}

/** Some planes of a tensor, one after the other. */
function gather<T extends Float32Array | Uint32Array>(values: T, size: number, planes: readonly number[]): T {
  const gathered = new (values.constructor as { new (length: number): T })(planes.length * size);
  planes.forEach((plane, n) => gathered.set(values.subarray(plane * size, (plane + 1) * size), n * size));
  return gathered;
}
