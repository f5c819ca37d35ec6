/**
 * What projecting filters to the pixels costs: some of conv3's 256 filters, ten projections each, against a forward pass over the
 * same images, at CK+'s 96 pixels. Six times is the limit.
 *
 *     deno run --allow-read --allow-ffi --ignore-env bench/projections.ts [filters, 8] [rounds, 3] [seed, 11]
 *
 * First it checks that what is timed is right: biases are none before conv3, so a response is its gradient times the image, summed.
 */

import { projectUnits } from "../analysis/projection.ts";
import { type Hit, topActivations } from "../analysis/top_activations.ts";
import { generateSynthetic } from "../datasets/synthetic/generate.ts";
import { openGpu } from "../gpu/device.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { normalize } from "../training/draws.ts";
import { summary } from "./measure/times.ts";

const [filters, rounds, seed] = [8, 3, 11].map((usual, n) => Number(Deno.args[n] ?? usual));
const [imageSize, images, TOP, LIMIT] = [96, 40, 10, 6];
const pixels = imageSize ** 2;

using gpu = await openGpu();
using net = await ZeroBiasCnn.create(gpu, { imageSize, classes: 8, seed, initialScale: 1 });
const faces = await generateSynthetic({ subjects: images / 8, imagesPerSubject: 8, imageSize, seed });
const inputs = await normalize(gpu, faces.images, { mode: "local-mean", imageSize });
const hits = await topActivations(net, inputs, { layer: "conv3", top: TOP });

// As many filters as were asked for, spread over all; each unit stands before an image of its own, as in a forward pass.
const chosen = Array.from({ length: filters }, (_, n) => Math.floor(n * hits.length / filters));
const units = chosen.flatMap((filter) => hits[filter].map((hit) => ({ ...hit, filter })))
  .map((hit, n) => ({ ...hit, from: hit.image, image: n }));
const shown = new Float32Array(units.length * pixels);
units.forEach(({ from }, n) => shown.set(inputs.subarray(from * pixels, (from + 1) * pixels), n * pixels));

const gradients = await projectUnits(net, shown, units, { layer: "conv3", method: "gradient" });
const off = Math.max(...units.map((hit: Hit, n) => {
  let sum = 0;
  for (let at = n * pixels; at < (n + 1) * pixels; at++) sum += gradients[at] * shown[at];
  return Math.abs(sum / hit.activation - 1);
}));
if (!(off < 1e-3)) throw new Error(`a projection is off by ${off} of its response`);

const seconds = async (work: () => Promise<unknown>) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};
const forward = () => net.predict(shown);
const project = () => projectUnits(net, shown, units, { layer: "conv3", method: "guided" });
await forward(); // prepares its kernels
await project();
const times = { forward: [] as number[], project: [] as number[] };
for (let round = 0; round < rounds; round++) {
  times.forward.push(await seconds(forward));
  times.project.push(await seconds(project));
}
const [passed, projected] = [summary(times.forward).median, summary(times.project).median];
const ratio = projected / passed;
const spread = times.project.map((time, round) => (time / times.forward[round]).toFixed(2)).join(", ");

console.log(`${units.length} projections of ${filters} filters of conv3, ${imageSize} x ${imageSize}, guided`);
console.log(`largest error of a response, from its gradient ${off.toExponential(1)}`);
console.log(`forward pass over those images   ${passed.toFixed(2).padStart(7)} s`);
console.log(`projections                      ${projected.toFixed(2).padStart(7)} s`);
console.log(`ratio                            ${ratio.toFixed(2).padStart(7)}   by round: ${spread}`);
console.log(ratio <= LIMIT ? `within the limit of ${LIMIT}` : `over the limit of ${LIMIT}`);
