/**
 * `deno task twin`: draws the twin of the whole CK+ set, prepares it as one prepares the real one, and checks that every
 * published count comes out.
 */
import { CK_PLUS_CLASSES, type CkPlusCrop, prepareCkPlus } from "../datasets/ck_plus/mod.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { checkTarget, readPrepared } from "../datasets/prepared.ts";
import { MOST_SEED, runTask, wholeNumber } from "./command.ts";
import { Command, Option } from "./deps.ts";
import { defaultPath, taskCall } from "./invocation.ts";
import { prepare } from "./prepare/preparation.ts";
import { drawCkPlusTwin } from "./prepare/twins.ts";
import { duration } from "./progress.ts";
import { summarize } from "./summary.ts";
import { say } from "./terminal.ts";

interface Arguments {
  output: string;
  overwrite: boolean;
  crop: CkPlusCrop;
  frames: number;
  frameHeight: number;
  imageSize: number;
  seed: number;
}

/** The real set's labelled sequences of each class from anger on, and the images of each fold. */
const SEQUENCES = [45, 18, 59, 25, 69, 28, 83];
const FOLDS = [132, 156, 160, 140, 120, 148, 116, 116, 132, 88];
const SIX_CLASS = 927;

async function main(args: readonly string[]): Promise<number> {
  const options = parseArguments(args);
  const prepared = `${options.output}_prepared`;
  await checkTarget(prepared, options);
  const began = Date.now();
  const drawn = await drawCkPlusTwin({ ...options, imageSize: options.frameHeight });
  if (drawn !== 0) return drawn;
  const between = Date.now();
  const target = { input: options.output, output: prepared, overwrite: options.overwrite };
  const { crop, imageSize } = options;
  const code = await prepare(
    target,
    (onProgress, signal) => prepareCkPlus({ input: options.output, imageSize, crop, onProgress, signal }),
  );
  if (code !== 0) return code;
  say(`drawn in ${duration(between - began)}, prepared in ${duration(Date.now() - between)}`);
  const checks = countChecks(await readPrepared(prepared));
  for (const { what, found, expected } of checks) {
    const good = String(found) === String(expected);
    say(`${good ? "ok   " : "WRONG"} ${what}: ${found}${good ? "" : `, expected ${expected}`}`);
  }
  return checks.every(({ found, expected }) => String(found) === String(expected)) ? 0 : 1;
}

/** What is counted, and what the real set would give. */
function countChecks(dataset: Dataset): { what: string; found: number | number[]; expected: number | number[] }[] {
  const { images, subjects, folds = [], classes } = summarize(dataset);
  const neutral = SEQUENCES.reduce((sum, count) => sum + count, 0);
  const six = dataset.labels.filter((label) => !["neutral", "contempt"].includes(CK_PLUS_CLASSES[label]));
  return [
    { what: "images", found: images, expected: 4 * neutral },
    { what: "subjects", found: subjects, expected: 118 },
    { what: "images of each fold", found: folds.map((fold) => fold.images), expected: FOLDS },
    {
      what: "images of each class",
      found: classes.map((one) => one.images),
      expected: [neutral, ...SEQUENCES.map((count) => 3 * count)],
    },
    { what: "images of six classes", found: six.length, expected: SIX_CLASS },
  ];
}

function parseArguments(args: readonly string[]): Arguments {
  const command = new Command("twin")
    .description("Draws the twin of the whole CK+ set, prepares it, and checks the published counts.")
    .option(
      "--output <dir>",
      "the twin; what is prepared of it stands beside it, in <dir>_prepared",
      defaultPath("data/ck_plus_twin"),
    )
    .option("--overwrite", "replace both", false)
    .addOption(
      new Option("--crop <how>", "as of prepare ck_plus").choices(["detector", "landmarks", "none"]).default(
        "landmarks",
      ),
    )
    .option("--frames <n>", "most frames a sequence, 4 or more; the real set has up to 71", wholeNumber(4), 8)
    .option(
      "--frame-height <pixels>",
      "height of the frames; those of the real set are 640 x 490",
      wholeNumber(32),
      490,
    )
    .option("--image-size <pixels>", "side of the prepared images", wholeNumber(8), 96)
    .option("--seed <n>", "draws everything", wholeNumber(0, MOST_SEED), 1)
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("twin --help")} lists the options)`);
  return command.parse([...args], { from: "user" }).opts<Arguments>();
}

if (import.meta.main) await runTask(main);
