/** Softmax and cross-entropy from their definitions. */

/** Probabilities, the mean loss's gradient (divided by `batch`), and each sample's loss and hit. */
export function softmaxCrossEntropy(x: ArrayLike<number>, labels: ArrayLike<number>, classes: number, batch: number) {
  const y = new Float64Array(x.length), dx = new Float64Array(x.length);
  const losses: number[] = [], hits: number[] = [];
  for (let n = 0; n * classes < x.length; n++) {
    const logits = Array.from({ length: classes }, (_, c) => x[n * classes + c]);
    const shift = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - shift));
    const sum = powers.reduce((a, b) => a + b);
    powers.forEach((power, c) => {
      y[n * classes + c] = power / sum;
      dx[n * classes + c] = (power / sum - (c === labels[n] ? 1 : 0)) / batch;
    });
    losses.push(Math.log(sum) + shift - logits[labels[n]]);
    hits.push(logits.indexOf(shift) === labels[n] ? 1 : 0);
  }
  return { y, dx, losses, hits };
}
