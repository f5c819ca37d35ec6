/** "Same" convolution from its definition, in float64, an element at a time: y[n,k,i,j] = sum of w[k,c,r,s] x[n,c,i+r-P,j+s-P]. */
import type { ConvolutionShape } from "../../kernels/convolution/workspace.ts";

type Numbers = ArrayLike<number>;

/** The taps from `first` to `end` of a filter that stay inside a side of `size`, where tap r reads position `at` + r. */
function taps(filter: number, at: number, size: number): readonly [first: number, end: number] {
  return [Math.max(0, -at), Math.min(filter, size - at)];
}

/** One element of the forward pass. */
export function forwardAt(s: ConvolutionShape, x: Numbers, w: Numbers, n: number, k: number, i: number, j: number) {
  const { filter: F, inputs: C, height: H, width: W } = s, P = (F - 1) / 2;
  const [top, bottom] = taps(F, i - P, H), [left, right] = taps(F, j - P, W);
  let sum = 0;
  for (let c = 0; c < C; c++) {
    for (let r = top; r < bottom; r++) {
      for (let t = left; t < right; t++) {
        sum += w[((k * C + c) * F + r) * F + t] * x[((n * C + c) * H + i + r - P) * W + j + t - P];
      }
    }
  }
  return sum;
}

/** One element of the gradient by input: every y[n,k,i,j] that has x[n,c,u,v] under tap (r, s) has u = i + r - P. */
export function byInputAt(s: ConvolutionShape, dy: Numbers, w: Numbers, n: number, c: number, u: number, v: number) {
  const { filter: F, inputs: C, outputs: K, height: H, width: W } = s, P = (F - 1) / 2;
  const top = Math.max(0, u + P - H + 1), bottom = Math.min(F, u + P + 1);
  const left = Math.max(0, v + P - W + 1), right = Math.min(F, v + P + 1);
  let sum = 0;
  for (let k = 0; k < K; k++) {
    for (let r = top; r < bottom; r++) {
      for (let t = left; t < right; t++) {
        sum += w[((k * C + c) * F + r) * F + t] * dy[((n * K + k) * H + u - r + P) * W + v - t + P];
      }
    }
  }
  return sum;
}

/** One element of the gradient by weight. */
export function byWeightAt(s: ConvolutionShape, x: Numbers, dy: Numbers, k: number, c: number, r: number, t: number) {
  const { filter: F, inputs: C, outputs: K, height: H, width: W } = s, P = (F - 1) / 2;
  let sum = 0;
  for (let n = 0; n < s.images; n++) {
    for (let i = Math.max(0, P - r); i < Math.min(H, H + P - r); i++) {
      for (let j = Math.max(0, P - t); j < Math.min(W, W + P - t); j++) {
        sum += dy[((n * K + k) * H + i) * W + j] * x[((n * C + c) * H + i + r - P) * W + j + t - P];
      }
    }
  }
  return sum;
}

/** A tensor of four dimensions, element by element. */
function tensor(sizes: readonly number[], element: (a: number, b: number, c: number, d: number) => number) {
  const [A, B, C, D] = sizes;
  const values = new Float64Array(A * B * C * D);
  for (let index = 0; index < values.length; index++) {
    const d = index % D, c = Math.floor(index / D) % C, b = Math.floor(index / (C * D)) % B;
    values[index] = element(Math.floor(index / (B * C * D)), b, c, d);
  }
  return values;
}

/** The whole forward pass. */
export function forward(s: ConvolutionShape, x: Numbers, w: Numbers): Float64Array {
  return tensor([s.images, s.outputs, s.height, s.width], (n, k, i, j) => forwardAt(s, x, w, n, k, i, j));
}

/** The whole gradient by input. */
export function byInput(s: ConvolutionShape, dy: Numbers, w: Numbers): Float64Array {
  return tensor([s.images, s.inputs, s.height, s.width], (n, c, i, j) => byInputAt(s, dy, w, n, c, i, j));
}

/** The whole gradient by weight. */
export function byWeight(s: ConvolutionShape, x: Numbers, dy: Numbers): Float64Array {
  return tensor([s.outputs, s.inputs, s.filter, s.filter], (k, c, r, t) => byWeightAt(s, x, dy, k, c, r, t));
}
