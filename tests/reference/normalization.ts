/** Local mean and local contrast from their definitions: box5 is the sum over 5x5 pixels, zeros outside, divided by 25. */

interface Images {
  samples: number;
  height: number;
  width: number;
}

function box5({ samples, height, width }: Images, x: ArrayLike<number>): Float64Array {
  const mean = new Float64Array(samples * height * width);
  for (let at = 0; at < mean.length; at++) {
    const i = Math.floor(at / width) % height, j = at % width;
    for (let u = Math.max(0, i - 2); u <= Math.min(height - 1, i + 2); u++) {
      for (let v = Math.max(0, j - 2); v <= Math.min(width - 1, j + 2); v++) {
        mean[at] += x[at + (u - i) * width + v - j];
      }
    }
    mean[at] /= 25;
  }
  return mean;
}

/** x - box5(x). */
export function localMean(shape: Images, x: ArrayLike<number>): Float64Array {
  return box5(shape, x).map((mean, at) => x[at] - mean);
}

/** d / sqrt(box5(d d) + 1e-4) with d = x - box5(x). */
export function localContrast(shape: Images, x: ArrayLike<number>): Float64Array {
  const difference = localMean(shape, x);
  return box5(shape, difference.map((d) => d * d)).map((mean, at) => difference[at] / Math.sqrt(mean + 1e-4));
}
