/**
 * Whether what is about to be timed is right: the three convolutions of a whole pass, forward and back, at places drawn from their full
 * sizes, against the float64 definition. Software adapters end long loops in silence, and oversized bindings give zeros.
 */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import { type ConvolutionShape, methodFor } from "../../kernels/convolution/mod.ts";
import { type Activations, convolutionShapes, quadrantShape } from "../../network/layers.ts";
import type { ParameterName } from "../../network/parameters.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { byInputAt, byWeightAt, forwardAt } from "../../tests/reference/convolution.ts";
import { twoByTwo, unpackPositions, unpool } from "../../tests/reference/pool.ts";
import { CLASSES, noise } from "./workload.ts";

/** Places looked at in each tensor. */
const PLACES = 40;
/** Largest error, relative to the largest value found: float32 rounding, and that of Winograd's transforms. */
const TOLERANCES = { direct: 5e-6, winograd: 2e-5 } as const;

/** The largest error that was found, relative to the largest value of its tensor. */
export interface Checked {
  /** Images that went through the network at once. */
  images: number;
  /** Tensors looked at. */
  tensors: number;
  error: number;
}

/**
 * Runs one pass and compares.
 *
 * @throws {Error} naming the convolution and direction that is off.
 */
export async function check(net: ZeroBiasCnn, batch: number): Promise<Checked> {
  const { gpu, imageSize } = net;
  const images = Math.min(batch, net.activations(batch).capacity);
  const pixels = Float32Array.from(noise(images * imageSize ** 2), (byte) => byte / 127.5 - 1);
  await net.lossAndGradients(pixels, Array.from({ length: images }, (_, n) => n % CLASSES));
  const a = net.activations(images);
  const floats = (buffer: GpuBuffer) => gpu.read(buffer, Float32Array);
  const checked = { images, tensors: 0, error: 0 };
  const compare = (what: string, method: "direct" | "winograd", found: number[], expected: number[], scale: number) => {
    const error = Math.max(...found.map((value, n) => Math.abs(value - expected[n]))) / scale;
    if (!(error <= TOLERANCES[method])) { // NaN fails
      throw new Error(
        `${what} (${method}) is off by ${error} of its largest value, expected ${TOLERANCES[method]} or less: ` +
          "nothing was timed. Remedy: --convolution with another method; and please report it with deno task doctor.",
      );
    }
    checked.tensors++;
    checked.error = Math.max(checked.error, error);
  };
  for (const [index, shape] of convolutionShapes(imageSize, images).entries()) {
    const layer = `conv${index + 1}`;
    const method = methodFor(shape, net.sizes.convolution);
    const pooled = index < 2;
    const x = index === 0 ? pixels : await floats(a.maps[index - 1]);
    const w = await floats(net.weights[`${layer}.weight` as ParameterName]);
    const y = await floats(a.maps[index]);
    const value = (n: number, k: number, i: number, j: number) => forwardAt(shape, x, w, n, k, i, j);
    const outputs = pooled
      ? [shape.images, shape.outputs, shape.height >> 1, shape.width >> 1]
      : [shape.images, shape.outputs, shape.height, shape.width];
    const forward = places(outputs, y.length);
    const expected = forward.map(({ at: [n, k, i, j] }) =>
      Math.max(0, ...(pooled ? corners.map(([r, s]) => value(n, k, 2 * i + r, 2 * j + s)) : [value(n, k, i, j)]))
    );
    compare(`${layer} forward`, method, forward.map(({ index }) => y[index]), expected, largest(y));

    const dy = await outputGradient(net, a, shape, index);
    const dw = await floats(net.gradients[`${layer}.weight` as ParameterName]);
    const taps = places([shape.outputs, shape.inputs, shape.filter, shape.filter], dw.length);
    const byWeight = taps.map(({ at }) => byWeightAt(shape, x, dy, ...at));
    compare(`${layer} by weight`, method, taps.map(({ index }) => dw[index]), byWeight, largest(dw));

    if (index === 0) continue;
    const dx = await floats(a.gradients.maps[index - 1]);
    const inputs = places([shape.images, shape.inputs, shape.height, shape.width], dx.length);
    // What the ReLU before it has let through.
    const byInput = inputs.map(({ at, index }) => x[index] > 0 ? byInputAt(shape, dy, w, ...at) : 0);
    compare(`${layer} by input`, method, inputs.map(({ index }) => dx[index]), byInput, largest(dx));
  }
  return checked;
}

const corners = [[0, 0], [0, 1], [1, 0], [1, 1]];

/** The gradient of a convolution's output, as the map before pooling has it. */
async function outputGradient(net: ZeroBiasCnn, a: Activations, shape: ConvolutionShape, layer: number) {
  const planes = shape.images * shape.outputs;
  const { gpu } = net;
  if (layer < 2) {
    const map = twoByTwo({ planes, height: shape.height, width: shape.width });
    const position = unpackPositions(map, await gpu.read(a.argmax[layer], Uint32Array));
    return unpool(map, await gpu.read(a.gradients.maps[layer], Float32Array), position);
  }
  const quadrants = quadrantShape(net.imageSize, shape.images);
  const position = await gpu.read(a.featuresArgmax, Uint32Array);
  return unpool(quadrants, await gpu.read(a.gradients.features, Float32Array), position);
}

/** Places over a whole tensor of the given sizes, its first and last among them. */
function places([, B, C, D]: number[], length: number): { index: number; at: [number, number, number, number] }[] {
  return Array.from({ length: PLACES }, (_, n) => {
    // Evenly, but moved so that columns and channels vary.
    const index = n === PLACES - 1 ? length - 1 : Math.floor(n * length / PLACES + (n * 7919) % (length / PLACES));
    const at = [Math.floor(index / (B * C * D)), Math.floor(index / (C * D)) % B, Math.floor(index / D) % C, index % D];
    return { index, at: at as [number, number, number, number] };
  });
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
