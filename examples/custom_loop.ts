/**
 * A training loop of one's own, on drawn faces: the learning rate rises for a tenth of the steps and falls along half a cosine to zero
 * (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, without the restarts). Draws what happened.
 *
 *   deno run --allow-read --allow-write=training.svg --allow-ffi --ignore-env examples/custom_loop.ts [STEPS]
 */
import { evaluateRows, normalize, openGpu, sampleIndices, ZeroBiasCnn } from "../mod.ts";
import { generateSynthetic, splitIndices } from "../datasets/mod.ts";

const steps = Number(Deno.args[0] ?? 300);
const seed = 1, batch = 32, imageSize = 32, peak = 0.02;
const faces = await generateSynthetic({ subjects: 30, imagesPerSubject: 8, imageSize, seed });
const { train, test } = splitIndices(faces, 0); // nobody is in both

/** The schedule. */
function learningRate(step: number): number {
  const warmUp = Math.ceil(steps / 10);
  if (step < warmUp) return peak * (step + 1) / warmUp;
  return peak / 2 * (1 + Math.cos(Math.PI * (step - warmUp) / (steps - warmUp)));
}

using gpu = await openGpu();
using net = await ZeroBiasCnn.create(gpu, { imageSize, classes: faces.classNames.length, seed, initialScale: 1 });
const images = await normalize(gpu, faces.images, { imageSize, mode: "local-mean" });
const pixels = imageSize ** 2;
const losses: number[] = [];
for (let step = 0; step < steps; step++) {
  const drawn = await sampleIndices(gpu, { seed, step, batch, count: train.length });
  const input = new Float32Array(batch * pixels), labels: number[] = [];
  for (const [n, index] of drawn.entries()) {
    const row = train[index];
    input.set(images.subarray(row * pixels, (row + 1) * pixels), n * pixels);
    labels.push(faces.labels[row]);
  }
  const { loss } = await net.trainStep(input, labels, { learningRate: learningRate(step), momentum: 0.9 });
  losses.push(loss);
  if ((step + 1) % 10 === 0) {
    const mean = losses.slice(-10).reduce((a, b) => a + b) / 10;
    console.log(`step ${step + 1}   learning rate ${learningRate(step).toFixed(4)}   loss ${mean.toFixed(3)}`);
  }
}
const { accuracy } = await evaluateRows(net, faces, test, "local-mean");
console.log(
  `${(100 * accuracy).toFixed(1)}% right of ${test.length} faces of people that it has not seen; chance is 12.5%`,
);

/** A line through values, in a box of 600 x 120 whose upper edge is `most`. */
function line(values: number[], most: number, name: string, top: number): string {
  const points = values.map((value, n) => `${600 * n / (values.length - 1)},${120 - 120 * value / most}`).join(" ");
  return `<g transform="translate(60 ${top})"><path d="M0 0V120H600" fill="none" stroke="#999"/>
    <polyline points="${points}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>
    <text y="-8">${name}</text><text x="-6" y="5" text-anchor="end">${most}</text><text x="-6" y="124" text-anchor="end">0</text></g>`;
}
const rates = losses.map((_, step) => learningRate(step));
await Deno.writeTextFile(
  "training.svg",
  `<svg xmlns="http://www.w3.org/2000/svg" width="700" height="380" font-family="sans-serif" font-size="13">
  <rect width="100%" height="100%" fill="#fff"/>${line(rates, peak, "learning rate", 40)}
  ${line(losses, Math.ceil(Math.max(...losses)), `loss over ${steps} steps`, 220)}</svg>\n`,
);
console.log("Both curves are in training.svg.");
