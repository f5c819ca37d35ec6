/** The whole zero-bias CNN in float64, put together from the references of its operations: slow and plain, for small images. */
import type { ConvolutionShape } from "../../kernels/convolution/workspace.ts";
import * as convolution from "./convolution.ts";
import * as dense from "./dense.ts";
import { softmaxCrossEntropy } from "./loss.ts";
import { momentumStep } from "./optimizer.ts";
import { maxPool, twoByTwo, unpool, type Windows } from "./pool.ts";
import { relu, reluBackward } from "./relu.ts";

type Numbers = ArrayLike<number>;

/** Arrays by PyTorch's names. */
export type Tensors = Record<string, Numbers>;

/** Which of fc4's inputs stay, sample by sample, and the share that goes. */
export interface Dropout {
  rate: number;
  kept: (sample: number, unit: number) => boolean;
}

/** A convolution, ReLU and 2x2 or quadrant pool: everything that its way back needs. */
function stage(shape: ConvolutionShape, pool: Windows, x: Numbers, w: Numbers) {
  const map = relu(convolution.forward(shape, x, w));
  const { y, position } = maxPool(pool, map);
  const back = (dy: Numbers) => {
    const gradient = reluBackward(map, unpool(pool, dy, position), "gradient");
    return {
      byWeight: () => convolution.byWeight(shape, x, gradient),
      byInput: () => convolution.byInput(shape, gradient, w),
    };
  };
  return { y, back };
}

function drop(x: Float64Array, samples: number, dropout?: Dropout): Float64Array {
  if (!dropout) return x;
  const units = x.length / samples;
  return x.map((value, at) => dropout.kept(Math.floor(at / units), at % units) ? value / (1 - dropout.rate) : 0);
}

/** The forward pass of n square images. */
function forward(w: Tensors, images: Numbers, samples: number, dropout?: Dropout) {
  const size = Math.sqrt(images.length / samples);
  const filters = [1, 64, 128, 256];
  const stages: ReturnType<typeof stage>[] = [];
  let x: Numbers = images;
  for (const index of [0, 1, 2]) {
    const side = size / [1, 2, 4][index];
    const shape = { images: samples, inputs: filters[index], outputs: filters[index + 1], height: side, width: side };
    const map = { planes: samples * filters[index + 1], height: side, width: side };
    const pool = index < 2 ? twoByTwo(map) : { ...map, window_height: side / 2, window_width: side / 2 };
    stages.push(stage({ ...shape, filter: 5 }, pool, x, w[`conv${index + 1}.weight`]));
    x = stages[index].y;
  }
  const features = drop(stages[2].y, samples, dropout);
  const fc4 = { samples, inputs: 1024, outputs: 300 };
  const hidden = relu(dense.forward(fc4, features, w["fc4.weight"], w["fc4.bias"]));
  const output = { samples, inputs: 300, outputs: w["output.bias"].length };
  const logits = dense.forward(output, hidden, w["output.weight"], w["output.bias"]);
  return { stages, features, fc4, hidden, output, logits };
}

/** Probabilities, mean loss and accuracy. */
export function evaluate(w: Tensors, images: Numbers, labels: Numbers, dropout?: Dropout) {
  const { logits, output } = forward(w, images, labels.length, dropout);
  const { y, losses, hits } = softmaxCrossEntropy(logits, labels, output.outputs, labels.length);
  return { probabilities: y, loss: mean(losses), accuracy: mean(hits) };
}

/** Mean loss, accuracy, and the mean loss's gradient by every parameter. */
export function lossAndGradients(w: Tensors, images: Numbers, labels: Numbers, dropout?: Dropout) {
  const samples = labels.length;
  const { stages: [conv1, conv2, conv3], features, fc4, hidden, output, logits } = forward(w, images, samples, dropout);
  const { dx, losses, hits } = softmaxCrossEntropy(logits, labels, output.outputs, samples);
  const dHidden = reluBackward(hidden, dense.byInput(output, dx, w["output.weight"]), "gradient");
  const back3 = conv3.back(drop(dense.byInput(fc4, dHidden, w["fc4.weight"]), samples, dropout));
  const back2 = conv2.back(back3.byInput());
  const gradients: Record<string, Float64Array> = {
    "conv1.weight": conv1.back(back2.byInput()).byWeight(),
    "conv2.weight": back2.byWeight(),
    "conv3.weight": back3.byWeight(),
    "fc4.weight": dense.byWeight(fc4, dHidden, features),
    "fc4.bias": dense.byBias(fc4, dHidden),
    "output.weight": dense.byWeight(output, dx, hidden),
    "output.bias": dense.byBias(output, dx),
  };
  return { loss: mean(losses), accuracy: mean(hits), gradients };
}

/** Parameters and momentum of a run in float64, updated in place. */
export class Trainer {
  readonly weights: Record<string, Float64Array>;
  readonly velocities: Record<string, Float64Array>;

  /** Starts from these weights, at rest. */
  constructor(weights: Tensors) {
    const copy = (value: (tensor: Numbers) => Float64Array) =>
      Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, value(tensor)]));
    this.weights = copy((tensor) => Float64Array.from(tensor));
    this.velocities = copy((tensor) => new Float64Array(tensor.length));
  }

  /** One update; loss and accuracy before it. */
  step(
    images: Numbers,
    labels: Numbers,
    settings: { rate: number; momentum: number; decay: number },
    dropout?: Dropout,
  ): { loss: number; accuracy: number } {
    const { loss, accuracy, gradients } = lossAndGradients(this.weights, images, labels, dropout);
    for (const [name, gradient] of Object.entries(gradients)) {
      const [w, v] = [this.weights[name], this.velocities[name]];
      for (let i = 0; i < w.length; i++) {
        const moved = momentumStep({ w: w[i], v: v[i], dw: gradient[i] }, settings);
        [w[i], v[i]] = [moved.w, moved.v];
      }
    }
    return { loss, accuracy };
  }
}

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
