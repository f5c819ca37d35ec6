/** The rectifier and its three ways back. */
import type { ReluRule } from "../../kernels/relu/mod.ts";

/** max(x, 0). */
export function relu(x: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (value) => (value > 0 ? value : 0));
}

/** What passes each rule: `gradient` asks the forward value, `deconvnet` the gradient's sign, `guided` both. */
export function reluBackward(y: ArrayLike<number>, dy: ArrayLike<number>, rule: ReluRule): Float64Array {
  return Float64Array.from(dy, (gradient, i) => {
    if (rule !== "deconvnet" && !(y[i] > 0)) return 0;
    if (rule !== "gradient" && !(gradient > 0)) return 0;
    return gradient;
  });
}
