/**
 * What the network sees in one photograph: its answer, and for the eight conv3 filters that answer most strongly the pixels that excited
 * them. The row "untrained" is the same through random weights: what looks alike there was not learned. The model is what `deno task export` or
 * train_on_a_folder.ts wrote.
 *
 *   deno run --allow-read --allow-write=projections.png --allow-ffi --ignore-env examples/projections.ts MODEL PHOTO
 */
import {
  classifyFaces,
  layerResponses,
  normalize,
  openGpu,
  openModel,
  projectUnits,
  randomizedControl,
  readModel,
} from "../mod.ts";
import { contactSheet, readFaces } from "../datasets/mod.ts";

const [modelFile, photo] = Deno.args;
if (photo === undefined) throw new Error("Which model, and which photograph?");
const model = readModel(await Deno.readFile(modelFile));
const { imageSize, classNames, normalization } = model.info;

// The face is cut out as those that the model learnt from.
const crop = model.info.crop === "whole-image" || model.info.crop === "drawn" ? model.info.crop : "eyes-and-chin";
const [picture] = await Array.fromAsync(readFaces([photo], { size: imageSize, crop }));
if (picture.error) throw picture.error;
if (picture.faces.length === 0) throw new Error(`${photo}: no face was found.`);
const face = picture.faces[0].crop;

using gpu = await openGpu();
using net = await openModel(gpu, model);
const probabilities = await classifyFaces(net, model, face);
const likeliest = classNames.map((name, n) => ({ name, share: probabilities[n] })).sort((a, b) => b.share - a.share);
for (const { name, share } of likeliest) {
  console.log(`${(100 * share).toFixed(1).padStart(5)}% ${"█".repeat(Math.round(40 * share))} ${name}`);
}

const image = await normalize(gpu, face, { imageSize, mode: normalization });
const { responses, positions, side } = await layerResponses(net, image, { layer: "conv3" });
const filters = [...responses.keys()].sort((a, b) => responses[b] - responses[a]).slice(0, 8);
const units = filters.map((filter) => {
  return { image: 0, filter, y: Math.floor(positions[filter] / side), x: positions[filter] % side };
});
console.log("\nconv3's strongest filters, from left to right in projections.png:");
for (const { filter, y, x } of units) {
  console.log(`filter ${filter} answers ${responses[filter].toFixed(2)} in row ${y}, column ${x} of its map`);
}

// Middle grey is zero; each projection is scaled to its own largest value.
using control = await randomizedControl(net);
const rows = [
  { name: "guided", through: net, method: "guided" },
  { name: "gradient", through: net, method: "gradient" },
  { name: "untrained", through: control, method: "guided" },
] as const;
const shown: Uint8Array[] = [face], labels = [0];
for (const [n, { through, method }] of rows.entries()) {
  const pixels = await projectUnits(through, image, units, { layer: "conv3", method });
  for (let u = 0; u < units.length; u++) {
    const projection = pixels.subarray(u * imageSize ** 2, (u + 1) * imageSize ** 2);
    const most = projection.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
    shown.push(Uint8Array.from(projection, (value) => Math.round(128 + 127 * value / most)));
    labels.push(n + 1);
  }
}
const pictures = {
  name: "projections",
  imageSize,
  classNames: ["face", ...rows.map(({ name }) => name)],
  images: new Uint8Array(shown.flatMap((one) => [...one])),
  labels: Int32Array.from(labels),
  subjects: new Int32Array(labels.length).fill(-1),
  folds: new Int32Array(labels.length).fill(-1),
  foldColumns: 1,
  fingerprint: "",
};
await Deno.writeFile("projections.png", await contactSheet(pictures));
