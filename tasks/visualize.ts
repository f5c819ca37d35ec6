/** `deno task visualize RUN`: what excites each filter, projected to the pixels, or with `--image` which pixels speak for a class. */
import { join } from "node:path";
import { writeWholeFolder } from "../datasets/prepared/whole_folder.ts";
import { openGpu } from "../gpu/device.ts";
import { fileName } from "../run/file_name.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { unfinished } from "../run/checkpoints.ts";
import { layerFolder } from "../run/documents/layer.ts";
import { openRun } from "../run/open.ts";
import { checkFolderPlace, checkInside, checkPlace } from "./place.ts";
import { RunFolder } from "../run/folder.ts";
import { explainImage } from "./visualize/image.ts";
import { visualizeLayer } from "./visualize/layer.ts";
import { type ModelWithControls, openWithControls } from "./visualize/network.ts";
import { parseArguments, type VisualizeArguments } from "./visualize/options.ts";
import { number } from "./visualize/sheets.ts";
import { percent } from "../run/words.ts";
import { readRunRecord } from "../run/record.ts";
import { complain, say } from "./terminal.ts";
import { home } from "./invocation.ts";

/** The folder of explained images in a run. */
const IMAGES = join("visualization", "images");

/** Does what a command line says, and returns the exit code. */
export async function visualizeTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const options = parseArguments(argv);
  const folder = new RunFolder(options.run);
  await readRunRecord(folder, { home: home() }); // what is no run is told as that, whatever may be written there
  const { image: number, layer: name } = options;
  const place = folder.file(
    number === undefined ? layerFolder("visualization", name) : join(IMAGES, `image-${number}.png`),
  );
  await checkInside(place, folder.path);
  if (number === undefined) await checkFolderPlace(undefined, place);
  else await checkPlace(undefined, place, true);
  const run = await openRun(options.run, { data: options.data, home: home() });
  using gpu = await openGpu();
  try {
    using model = await openWithControls(gpu, run, {
      selection: options.select ?? run.record.given.select,
      controls: options.controls,
      signal,
    });
    const warning = unfinished(run.record, model.compared);
    if (warning) complain(`warning: ${warning}`);
    if (options.image === undefined) await layer(model, options, signal);
    else await image(model, { ...options, image: options.image }, signal);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    complain("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

async function layer(model: ModelWithControls, options: VisualizeArguments, signal: AbortSignal): Promise<void> {
  const folder = model.run.folder.file(layerFolder("visualization", options.layer));
  const { filters, hits, meanSimilarity } = await writeWholeFolder(
    folder,
    (partial) => visualizeLayer(model, options, partial, signal),
    { signal },
  );
  say(`checkpoint      step ${model.chosen.step}: ${model.rule}`);
  say(`filters         ${filters} of ${options.layer}, ${hits} projections`);
  if (meanSimilarity !== undefined) {
    say(
      `control         structural similarity with random weights ${
        number(meanSimilarity)
      } on average, 1 would be the same`,
    );
  }
  say(`overview        ${join(folder, "overview.png")}`);
  if (options.layer === "conv1") say(`weights         ${join(folder, "weights.png")}`);
  say(`sheets          ${join(folder, "filter-*.png")}`);
  say(`numbers         ${join(folder, "visualization.json")}`);
}

async function image(
  model: ModelWithControls,
  options: VisualizeArguments & { image: number },
  signal: AbortSignal,
): Promise<void> {
  const { className, probability, completenessError, picture, json } = await explainImage(model, options, signal);
  const { folder } = model.run;
  const name = join(IMAGES, `image-${options.image}-${fileName(className)}`);
  const path = await folder.write(`${name}.png`, picture);
  const numbers = await folder.write(`${name}.json`, json);
  say(`checkpoint      step ${model.chosen.step}: ${model.rule}`);
  say(`class           ${className}, probability ${percent(probability)}`);
  say(`completeness    integrated gradients are ${percent(completenessError)} off the score's difference`);
  say(`picture         ${path}`);
  say(`numbers         ${numbers}`);
}

if (import.meta.main) await runTask((args) => visualizeTask(args));
