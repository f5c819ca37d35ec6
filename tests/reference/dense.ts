/** A dense layer from its definition: y[n, o] = sum of x[n, i] w[o, i] + b[o], and its gradients. */
import type { DenseShape } from "../../kernels/dense/mod.ts";

type Numbers = ArrayLike<number>;

/** rows x columns numbers, element by element. */
function matrix(rows: number, columns: number, element: (row: number, column: number) => number): Float64Array {
  return new Float64Array(rows * columns).map((_, at) => element(Math.floor(at / columns), at % columns));
}

function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let index = 0; index < count; index++) total += term(index);
  return total;
}

/** The forward pass. */
export function forward({ samples, inputs, outputs }: DenseShape, x: Numbers, w: Numbers, b: Numbers): Float64Array {
  return matrix(samples, outputs, (n, o) => b[o] + sum(inputs, (i) => x[n * inputs + i] * w[o * inputs + i]));
}

/** The gradient by x. */
export function byInput({ samples, inputs, outputs }: DenseShape, dy: Numbers, w: Numbers): Float64Array {
  return matrix(samples, inputs, (n, i) => sum(outputs, (o) => dy[n * outputs + o] * w[o * inputs + i]));
}

/** The gradient by w. */
export function byWeight({ samples, inputs, outputs }: DenseShape, dy: Numbers, x: Numbers): Float64Array {
  return matrix(outputs, inputs, (o, i) => sum(samples, (n) => dy[n * outputs + o] * x[n * inputs + i]));
}

/** The gradient by b. */
export function byBias({ samples, outputs }: DenseShape, dy: Numbers): Float64Array {
  return matrix(1, outputs, (_, o) => sum(samples, (n) => dy[n * outputs + o]));
}
