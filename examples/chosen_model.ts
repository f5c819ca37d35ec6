/**
 * Loads the model that an evaluation of a run chose, and asks it about the run's first test image.
 *
 *   deno run --allow-read --allow-ffi --ignore-env examples/chosen_model.ts RUN
 */
import { classifyFaces, openGpu, openModel } from "../mod.ts";
import { loadModel, openRun } from "../run/mod.ts";

const { dataset, parts } = await openRun(Deno.args[0]);
const { model, path, rule } = await loadModel(Deno.args[0]);
console.log(`${path}: ${rule}`);
using gpu = await openGpu();
using net = await openModel(gpu, model);
const row = parts.test[0], pixels = dataset.imageSize ** 2;
const probabilities = await classifyFaces(net, model, dataset.images.slice(row * pixels, (row + 1) * pixels));
console.log(`image ${row} is ${dataset.classNames[dataset.labels[row]]}`);
for (const [n, name] of model.info.classNames.entries()) {
  console.log(`${name.padEnd(10)} ${probabilities[n].toFixed(3)}`);
}
