/**
 * Which conv2 and conv3 filters stand for which Action Units. MODEL is what `deno task export` wrote, FACES what `deno
 * task prepare` wrote.
 *
 *   deno run --allow-read --allow-ffi --ignore-env examples/action_units.ts MODEL FACES
 */
import { findActionUnits, openGpu, openModel, readModel, splitIndices, unitTitle } from "../mod.ts";
import { readPrepared, readPreparedMeta, syntheticRegions } from "../datasets/mod.ts";
const [modelFile, folder] = Deno.args;
const model = readModel(await Deno.readFile(modelFile)), dataset = await readPrepared(folder);
const regions = syntheticRegions(await readPreparedMeta(folder), dataset.labels); // undefined for photographs
const images = { dataset, normalization: model.info.normalization, parts: splitIndices(dataset, 0) };
using gpu = await openGpu();
using net = await openModel(gpu, model);
for (const layer of ["conv2", "conv3"] as const) {
  const { units, readOut } = await findActionUnits(net, images, { layer, regions });
  for (const { unit, mostExcited: [best], excitedAdjusted, answered, truth } of units) {
    if (!best) continue; // too few images show the unit, or no filter answers to it
    const area = `filter ${best.filter}, AUC ${best.auc.toFixed(2)} (${best.nullAuc.toFixed(2)} by chance)`;
    console.log(`${layer}, ${unitTitle(unit)}: ${area}, p ${excitedAdjusted.toFixed(4)}, excites it: ${answered}`);
    if (truth) console.log(`  its region: ${truth.ratio.toFixed(1)} x chance inside, found: ${truth.found}`);
  }
  const { auc, aucOfRandomWeights } = readOut;
  console.log(`${layer}, read-out: AUC ${auc.toFixed(2)}, with random weights ${aucOfRandomWeights.toFixed(2)}`);
}
