/** "Same" convolution from its definition, in float64, an element at a time: y[n,k,i,j] = sum of w[k,c,r,s] x[n,c,i+r-P,j+s-P]. */
import type { ConvolutionShape } from "../../kernels/convolution/workspace.ts";

type Numbers = ArrayLike<number>;

/** Element (a, b, c, d) of a tensor of four dimensions whose last three sizes are given; 0 outside the last two. */
function at(t: Numbers, [B, C, D]: readonly [number, number, number], a: number, b: number, c: number, d: number) {
  return c < 0 || d < 0 || c >= C || d >= D ? 0 : t[((a * B + b) * C + c) * D + d];
}

/** One element of the forward pass. */
export function forwardAt(s: ConvolutionShape, x: Numbers, w: Numbers, n: number, k: number, i: number, j: number) {
  const F = s.filter, P = (F - 1) / 2;
  let sum = 0;
  for (let c = 0; c < s.inputs; c++) {
    for (let r = 0; r < F; r++) {
      for (let t = 0; t < F; t++) {
        sum += at(w, [s.inputs, F, F], k, c, r, t) * at(x, [s.inputs, s.height, s.width], n, c, i + r - P, j + t - P);
      }
    }
  }
  return sum;
}

/** One element of the gradient by input: every y[n,k,i,j] that has x[n,c,u,v] under tap (r, s) has u = i + r - P. */
export function byInputAt(s: ConvolutionShape, dy: Numbers, w: Numbers, n: number, c: number, u: number, v: number) {
  const F = s.filter, P = (F - 1) / 2;
  let sum = 0;
  for (let k = 0; k < s.outputs; k++) {
    for (let r = 0; r < F; r++) {
      for (let t = 0; t < F; t++) {
        sum += at(w, [s.inputs, F, F], k, c, r, t) * at(dy, [s.outputs, s.height, s.width], n, k, u - r + P, v - t + P);
      }
    }
  }
  return sum;
}

/** One element of the gradient by weight. */
export function byWeightAt(s: ConvolutionShape, x: Numbers, dy: Numbers, k: number, c: number, r: number, t: number) {
  const P = (s.filter - 1) / 2;
  let sum = 0;
  for (let n = 0; n < s.images; n++) {
    for (let i = 0; i < s.height; i++) {
      for (let j = 0; j < s.width; j++) {
        sum += dy[((n * s.outputs + k) * s.height + i) * s.width + j] *
          at(x, [s.inputs, s.height, s.width], n, c, i + r - P, j + t - P);
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
