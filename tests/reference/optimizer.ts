/** Momentum SGD with weight decay, as the authors wrote it: v <- m v - wd lr w - lr g; w <- w + v. */

/** The new weight and velocity. */
export function momentumStep(
  { w, v, dw }: { w: number; v: number; dw: number },
  { rate, momentum, decay }: { rate: number; momentum: number; decay: number },
): { w: number; v: number } {
  const velocity = momentum * v - decay * rate * w - rate * dw;
  return { w: w + velocity, v: velocity };
}
