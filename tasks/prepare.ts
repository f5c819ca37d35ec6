/** `deno task prepare <dataset>`: turns what a user holds into the prepared folder that everything else reads. */
import { join } from "node:path";
import type { Dataset } from "../datasets/dataset.ts";
import { contactSheet } from "../datasets/contact_sheet.ts";
import { checkTarget, writePrepared } from "../datasets/prepared.ts";
import { prepareTfd } from "../datasets/tfd.ts";
import { INTERRUPTED, runTask, wholeNumber } from "./command.ts";
import { Command, InvalidArgumentError } from "./deps.ts";
import { createProgress } from "./progress.ts";

interface TfdArguments {
  input: string;
  output?: string;
  imageSize: 48 | 96;
  unlabelled: boolean;
  overwrite: boolean;
}

async function main(): Promise<number> {
  let code = 0;
  const program = new Command("prepare").description("Prepares a dataset for training.").exitOverride();
  program.command("tfd")
    .description("the Toronto Face Database, from TFD_48x48.mat or TFD_96x96.mat")
    .requiredOption("--input <dir>", "folder with the .mat file as distributed; only read")
    .option("--output <dir>", "prepared folder to write (default: data/tfd)")
    .option("--image-size <pixels>", "48 or 96: which file", tfdSize, 96)
    .option("--unlabelled", "keep the unlabelled images too", false)
    .option("--overwrite", "replace a prepared folder that stands there", false)
    .exitOverride()
    .action(async (options: TfdArguments) => {
      code = await prepare("tfd", options, (onProgress, signal) =>
        prepareTfd({
          input: options.input,
          imageSize: options.imageSize,
          includeUnlabelled: options.unlabelled,
          onProgress,
          signal,
        }));
    });
  program.showHelpAfterError("(deno task prepare --help lists the datasets)");
  await program.parseAsync([...Deno.args], { from: "user" });
  return code;
}

function tfdSize(text: string): number {
  const size = wholeNumber(1)(text);
  if (size !== 48 && size !== 96) throw new InvalidArgumentError("Expected 48 or 96.");
  return size;
}

async function prepare(
  name: string,
  options: { input: string; output?: string; overwrite: boolean },
  read: (onProgress: (fraction: number) => void, signal: AbortSignal) => Promise<Dataset>,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  const output = options.output ?? join("data", name);
  await checkTarget(output, { overwrite: options.overwrite });
  try {
    using progress = createProgress({ total: 100, unit: "percent" });
    const dataset = await read((fraction) => progress.update(Math.round(100 * fraction)), stop.signal);
    progress.stop();
    await Deno.mkdir(join(output, ".."), { recursive: true });
    await writePrepared(output, dataset, { source: name, crop: "as distributed" }, {
      overwrite: options.overwrite,
      signal: stop.signal,
      files: { "contact_sheet.png": await contactSheet(dataset) },
    });
    summarize(dataset, output);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

function summarize(dataset: Dataset, output: string): void {
  const { labels, classNames, folds, foldColumns } = dataset;
  console.log(`${labels.length} images of ${dataset.imageSize} x ${dataset.imageSize} pixels`);
  classNames.forEach((name, label) => {
    console.log(`  ${name.padEnd(12)} ${labels.filter((other) => other === label).length}`);
  });
  const unlabelled = labels.filter((label) => label < 0).length;
  if (unlabelled > 0) console.log(`  ${"no label".padEnd(12)} ${unlabelled}`);
  if (foldColumns > 1) {
    console.log("split  train  validation  test");
    for (let split = 0; split < foldColumns; split++) {
      const count = (part: number) => labels.filter((_, n) => folds[n * foldColumns + split] === part).length;
      console.log(
        `${String(split).padStart(5)}  ${String(count(0)).padStart(5)}  ${String(count(1)).padStart(10)}  ${
          String(count(2)).padStart(4)
        }`,
      );
    }
  }
  console.log(`prepared        ${output}`);
  console.log(`contact sheet   ${join(output, "contact_sheet.png")}`);
}

if (import.meta.main) await runTask(main);
