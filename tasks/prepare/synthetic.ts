/** `deno task prepare synthetic`: drawn faces of invented people, as `train` reads them or as CK+ and TFD are distributed. */
import { generateSynthetic } from "../../datasets/synthetic/generate.ts";
import { MOST_SEED, UsageError, wholeNumber } from "../command.ts";
import { type Command, Option } from "../deps.ts";
import { defaultPath, home } from "../invocation.ts";
import { BUILT_IN } from "../../run/data.ts";
import { defaultFolder } from "../../run/default_folder.ts";
import { prepare, type Run, withOutput } from "./preparation.ts";
import { drawCkPlusTwin, drawTfdTwin } from "./twins.ts";

/** The options as they were given; what was left out is undefined. */
export interface SyntheticArguments {
  layout: "arrays" | "ck_plus" | "tfd";
  output?: string;
  overwrite: boolean;
  subjects?: number;
  imagesPerSubject?: number;
  imageSize?: number;
  frames?: number;
  seed: number;
}

const LAYOUTS = { arrays: prepareArrays, ck_plus: drawCkPlusTwin, tfd: drawTfdTwin };
/** Options that not every layout has, and those that have them. */
const OPTIONS = { imagesPerSubject: ["arrays", "tfd"], frames: ["ck_plus"] } as const;

/** Adds the command. */
export function addSynthetic(program: Command, run: Run): void {
  const command = program.command("synthetic")
    .description("drawn faces of invented people, every Action Unit known")
    .addOption(
      new Option("--layout <name>", "arrays: as train reads them; ck_plus, tfd: a twin of the set as distributed")
        .choices(Object.keys(LAYOUTS)).default("arrays"),
    )
    .option("--subjects <n>", "people (default: 100; ck_plus: the 118 of the real set)", wholeNumber(1))
    .option(
      "--images-per-subject <n>",
      "photographs of each (default: 16; tfd: 14, and as many unlabelled)",
      wholeNumber(1),
    )
    .option(
      "--image-size <pixels>",
      "side of the images (default: 96); ck_plus: height of the frames (490); tfd: 48 or 96, which file (both)",
      wholeNumber(8),
    )
    .option(
      "--frames <n>",
      "ck_plus: most frames a sequence, 4 or more (default: 71, as the real set has)",
      wholeNumber(4),
    )
    .option("--seed <n>", "draws everything: same seed, same faces", wholeNumber(0, MOST_SEED), BUILT_IN.seed);
  withOutput(
    command,
    ["data/synthetic_<pixels>", "data/ck_plus_twin", "data/tfd_twin"].map((path) => defaultPath(path)).join(" or "),
  ).action(
    (options: SyntheticArguments) =>
      run(() => {
        checkLayout(options);
        return LAYOUTS[options.layout](options);
      }),
  );
}

function checkLayout(options: SyntheticArguments): void {
  for (const [name, layouts] of Object.entries(OPTIONS) as [keyof typeof OPTIONS, readonly string[]][]) {
    if (options[name] === undefined || layouts.includes(options.layout)) continue;
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`${flag}: --layout ${options.layout} has no such number; only ${layouts.join(" and ")}.`);
  }
}

function prepareArrays(options: SyntheticArguments): Promise<number> {
  const { imageSize = 96, subjects = BUILT_IN.subjects, imagesPerSubject = BUILT_IN.imagesPerSubject, seed } = options;
  const target = {
    output: options.output ?? defaultFolder("synthetic", imageSize, home()),
    overwrite: options.overwrite,
  };
  return prepare(target, async (onProgress, signal) => ({
    dataset: await generateSynthetic({
      subjects,
      imagesPerSubject,
      imageSize,
      seed,
      signal,
      onProgress: (done, total) => onProgress(done / total),
    }),
    details: { source: "drawn faces", subjects, imagesPerSubject, seed },
  }));
}
