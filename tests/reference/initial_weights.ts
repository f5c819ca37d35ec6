/** The paper's initial weights in float64, from what is specified: a scale drawn once, normal deviates by Box and Muller, constant biases. */
import { pcg4d, unit } from "./random.ts";

/** k, uniform in [0.2, 1.2): the first word of the hash for purpose 5. */
export function initialScale(seed: number): number {
  return 0.2 + unit(pcg4d(seed, 0, 0, 5)[0]);
}

/** `count` deviates: block b of tensor t has four, from the words of hash (seed, t, b, 6), a pair from two words. */
function normal(seed: number, tensor: number, count: number, deviation: number): Float64Array {
  let words: number[] = [];
  return new Float64Array(count).map((_, at) => {
    if (at % 4 === 0) words = pcg4d(seed, tensor, at / 4, 6);
    const first = at % 4 < 2 ? 0 : 2;
    const radius = Math.sqrt(-2 * Math.log((words[first] + 1) / 2 ** 32));
    const angle = 2 * Math.PI * words[first + 1] / 2 ** 32;
    return deviation * radius * (at % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

/** All parameters by PyTorch's names, of a network for `classes` classes. */
export function initialWeights(seed: number, classes: number): Record<string, Float64Array> {
  const k = initialScale(seed);
  const draw = (tensor: number, count: number, deviation: number) => normal(seed, tensor, count, deviation);
  return {
    "conv1.weight": draw(0, 64 * 1 * 25, k / Math.sqrt(25 * 1)),
    "conv2.weight": draw(1, 128 * 64 * 25, k / Math.sqrt(25 * 64)),
    "conv3.weight": draw(2, 256 * 128 * 25, k / Math.sqrt(25 * 128)),
    "fc4.weight": draw(3, 300 * 1024, k / 256),
    "fc4.bias": new Float64Array(300).fill(1),
    "output.weight": draw(5, classes * 300, k / Math.sqrt(300)),
    "output.bias": new Float64Array(classes),
  };
}
