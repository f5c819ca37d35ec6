/**
 * Whether what is about to be timed is right: the three convolutions of a whole pass, forward and back, at places drawn from their full
 * sizes, against the float64 definition. Software adapters end long loops in silence, and oversized bindings give zeros.
 */
import type { GpuBuffer } from "../../gpu/buffer.ts";
import { methodFor } from "../../kernels/convolution/mod.ts";
import { isSparse } from "../../kernels/sparse/mod.ts";
import { convolutionShapes, quadrantShape } from "../../network/layers.ts";
import { FEATURES, FILTERS, type ParameterName } from "../../network/parameters.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { behindWindows, Samples, spreadOut } from "./sampled.ts";
import { CLASSES, noise } from "./workload.ts";

/** What was compared. */
export interface Checked {
  /** Images of the pass. */
  images: number;
  /** Tensors looked at. */
  tensors: number;
  /** The largest error that was found, relative to the largest value that was expected of its tensor. */
  error: number;
}

/**
 * Runs one pass and compares. A batch that goes through the network in parts has the same images in each, so that what the last part has
 * left on the GPU says what all of them add up to.
 *
 * @throws {Error} naming the convolution and direction that is off.
 */
export async function check(net: ZeroBiasCnn, batch: number): Promise<Checked> {
  const { gpu, imageSize } = net;
  const a = net.activations(batch);
  const images = Math.min(batch, a.capacity);
  const part = Float32Array.from(noise(images * imageSize ** 2), (byte) => byte / 127.5 - 1);
  const pixels = new Float32Array(batch * imageSize ** 2);
  for (let at = 0; at < pixels.length; at += part.length) {
    pixels.set(part.subarray(0, Math.min(part.length, pixels.length - at)), at);
  }
  await net.lossAndGradients(pixels, Array.from({ length: batch }, (_, n) => n % images % CLASSES));
  const floats = (buffer: GpuBuffer, count?: number) => gpu.read(buffer, Float32Array, count && 4 * count);
  const samples = new Samples();
  for (const [index, shape] of convolutionShapes(imageSize, images).entries()) {
    const layer = `conv${index + 1}`;
    const method = methodFor(shape, net.sizes.convolution);
    const pooled = index < 2;
    const { inputs, outputs, height, width } = shape;
    const cells = images * outputs * height * width / (pooled ? 4 : 1);
    const x = index === 0 ? part : await floats(a.maps[index - 1], images * inputs * height * width);
    const convolution = { layer, shape, x, w: await floats(net.weights[`${layer}.weight` as ParameterName]) };
    samples.forward(convolution, method, await floats(a.maps[index], cells), pooled);

    const sparse = !pooled && isSparse(gpu, { ...shape, cells: FEATURES / FILTERS[2] }, net.sizes.convolution);
    const back = sparse ? "sparse" : method;
    const dy = pooled
      ? spreadOut(shape, await floats(a.gradients.maps[index], cells), await gpu.read(a.argmax[index], Uint32Array))
      : behindWindows(
        quadrantShape(imageSize, images),
        await floats(a.gradients.features),
        await gpu.read(a.featuresArgmax, Uint32Array),
      );
    const dw = await floats(net.gradients[`${layer}.weight` as ParameterName]);
    samples.byWeight(convolution, back, dw, dy, batch);
    if (index === 0) continue;
    samples.byInput(convolution, back, await floats(a.gradients.maps[index - 1], x.length), dy, true);
  }
  const { tensors, error } = samples;
  return { images: batch, tensors, error };
}
