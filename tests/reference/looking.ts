/** Looking into the zero-bias CNN in float64: responses before pooling, and ways back to the pixels under the three rules for rectifiers. */
import type { ConvolutionShape } from "../../kernels/convolution/workspace.ts";
import type { ReluRule } from "../../kernels/relu/mod.ts";
import * as convolution from "./convolution.ts";
import * as dense from "./dense.ts";
import { maxPool, twoByTwo, unpool, type Windows } from "./pool.ts";
import { relu, reluBackward } from "./relu.ts";
import type { Tensors } from "./network.ts";

type Numbers = ArrayLike<number>;

/** A convolution with its map after ReLU, and what pooled it. */
interface Stage {
  shape: ConvolutionShape;
  w: Numbers;
  map: Float64Array;
  windows: Windows;
  position: Uint32Array;
}

/** The forward pass with everything kept, of n square images. */
export function look(w: Tensors, images: Numbers, samples: number) {
  const size = Math.sqrt(images.length / samples);
  const filters = [1, 64, 128, 256];
  const stages: Stage[] = [];
  let x: Numbers = images;
  for (const index of [0, 1, 2]) {
    const side = size / [1, 2, 4][index];
    const channels = { inputs: filters[index], outputs: filters[index + 1] };
    const shape = { images: samples, ...channels, height: side, width: side, filter: 5 };
    const planes = { planes: samples * filters[index + 1], height: side, width: side };
    const windows = index < 2 ? twoByTwo(planes) : { ...planes, window_height: side / 2, window_width: side / 2 };
    const weights = w[`conv${index + 1}.weight`];
    const values = convolution.forward(shape, x, weights);
    const map = relu(values);
    // The 2x2 pools come before their ReLU: the same maxima, but a window without a positive value still has a largest one.
    const { y, position } = maxPool(windows, index < 2 ? values : map);
    stages.push({ shape, w: weights, map, windows, position });
    x = relu(y);
  }
  const fc4 = { samples, inputs: 1024, outputs: 300 };
  const hidden = relu(dense.forward(fc4, x, w["fc4.weight"], w["fc4.bias"]));
  const output = { samples, inputs: 300, outputs: w["output.bias"].length };
  const logits = dense.forward(output, hidden, w["output.weight"], w["output.bias"]);
  return { w, stages, features: x, fc4, hidden, output, logits };
}

/** From a gradient by a convolution's output before its ReLU (0 for conv1) down to the pixels. */
export function toPixels(stages: Stage[], depth: number, gradient: Numbers, rule: ReluRule): Float64Array {
  const { shape, w } = stages[depth];
  const byInput = convolution.byInput(shape, gradient, w);
  if (depth === 0) return byInput;
  const { map, windows, position } = stages[depth - 1];
  return toPixels(stages, depth - 1, reluBackward(map, unpool(windows, byInput, position), rule), rule);
}

/** The projection of one unit an image: `start` put at its place in an otherwise empty map. */
export function project(
  stages: Stage[],
  depth: number,
  units: { filter: number; position: number; start: number }[],
  rule: ReluRule,
): Float64Array {
  const { outputs, height, width } = stages[depth].shape;
  const gradient = new Float64Array(stages[depth].map.length);
  units.forEach(({ filter, position, start }, n) =>
    gradient[(n * outputs + filter) * height * width + position] = start
  );
  return toPixels(stages, depth, gradient, rule);
}

/** The gradient of the target classes' scores (logits, one an image) by the pixels and by conv3's map, under a rule. */
export function classGradient(looked: ReturnType<typeof look>, targets: Numbers, rule: ReluRule) {
  const { w, stages, fc4, hidden, output } = looked;
  const start = new Float64Array(looked.logits.length);
  for (let n = 0; n < targets.length; n++) start[n * output.outputs + targets[n]] = 1;
  const dHidden = reluBackward(hidden, dense.byInput(output, start, w["output.weight"]), rule);
  const dFeatures = dense.byInput(fc4, dHidden, w["fc4.weight"]);
  const byMap = unpool(stages[2].windows, dFeatures, stages[2].position);
  return { byMap, pixels: toPixels(stages, 2, reluBackward(stages[2].map, byMap, rule), rule) };
}

/** Bilinear enlargement, pixel centers half a pixel in (PyTorch's align_corners=False), values beyond the border repeated. */
export function enlarge(maps: Numbers, from: number, to: number): Float64Array {
  const count = maps.length / from ** 2;
  const result = new Float64Array(count * to ** 2);
  const at = (place: number) => Math.min(from - 1, Math.max(0, (place + 0.5) * from / to - 0.5));
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < to; i++) {
      for (let j = 0; j < to; j++) {
        let sum = 0;
        for (let u = 0; u < from; u++) {
          for (let v = 0; v < from; v++) {
            const weight = Math.max(0, 1 - Math.abs(at(i) - u)) * Math.max(0, 1 - Math.abs(at(j) - v));
            sum += weight * maps[(n * from + u) * from + v];
          }
        }
        result[(n * to + i) * to + j] = sum;
      }
    }
  }
  return result;
}
