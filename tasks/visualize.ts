/** `deno task visualize RUN`: what excites each filter, projected to the pixels, or with `--image` which pixels speak for a class. */
import { join } from "node:path";
import { writeWholeFolder } from "../datasets/prepared/whole_folder.ts";
import { openGpu } from "../gpu/device.ts";
import { fileName, INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { openRun } from "./run/open.ts";
import { explainImage } from "./visualize/image.ts";
import { layerFolder, visualizeLayer } from "./visualize/layer.ts";
import { type Looked, lookInto } from "./visualize/network.ts";
import { parseArguments, type VisualizeArguments } from "./visualize/options.ts";
import { number } from "./visualize/sheets.ts";
import { percent } from "./words.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseArguments(args);
  const signal = stopSignal();
  const run = await openRun(options.run, { data: options.data });
  using gpu = await openGpu();
  try {
    using looked = await lookInto(gpu, run, {
      selection: options.select ?? run.record.given.select,
      controls: options.controls,
      signal,
    });
    if (options.image === undefined) await layer(looked, options, signal);
    else await image(looked, { ...options, image: options.image }, signal);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

async function layer(looked: Looked, options: VisualizeArguments, signal: AbortSignal): Promise<void> {
  const folder = looked.run.folder.file(layerFolder(options.layer));
  const { filters, hits, meanSimilarity } = await writeWholeFolder(
    folder,
    (partial) => visualizeLayer(looked, options, partial, signal),
    { signal },
  );
  console.log(`checkpoint      step ${looked.chosen.step}: ${looked.rule}`);
  console.log(`filters         ${filters} of ${options.layer}, ${hits} projections`);
  if (meanSimilarity !== undefined) {
    console.log(
      `control         structural similarity with random weights ${
        number(meanSimilarity)
      } on average, 1 would be the same`,
    );
  }
  console.log(`overview        ${join(folder, "overview.png")}`);
  if (options.layer === "conv1") console.log(`weights         ${join(folder, "weights.png")}`);
  console.log(`sheets          ${join(folder, "filter-*.png")}`);
  console.log(`numbers         ${join(folder, "visualization.json")}`);
}

async function image(
  looked: Looked,
  options: VisualizeArguments & { image: number },
  signal: AbortSignal,
): Promise<void> {
  const { className, probability, completenessError, picture, json } = await explainImage(looked, options, signal);
  const { folder } = looked.run;
  const name = join("visualization", "images", `image-${options.image}-${fileName(className)}`);
  const path = await folder.write(`${name}.png`, picture);
  const numbers = await folder.write(`${name}.json`, json);
  console.log(`checkpoint      step ${looked.chosen.step}: ${looked.rule}`);
  console.log(`class           ${className}, probability ${percent(probability)}`);
  console.log(`completeness    integrated gradients are ${percent(completenessError)} off the score's difference`);
  console.log(`picture         ${path}`);
  console.log(`numbers         ${numbers}`);
}

if (import.meta.main) await runTask(main);
