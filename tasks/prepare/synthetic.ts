/** `deno task prepare synthetic`: drawn faces of invented people, as `train` reads them. */
import { generateSynthetic } from "../../datasets/synthetic/generate.ts";
import { wholeNumber } from "../command.ts";
import { type Command, Option } from "../deps.ts";
import { BUILT_IN, defaultFolder } from "../run/data.ts";
import { prepare, type Run, type Target, withOutput } from "./preparation.ts";

interface Arguments extends Omit<Target, "output"> {
  output?: string;
  subjects: number;
  imagesPerSubject: number;
  imageSize: number;
  seed: number;
}

/** Adds the command. */
export function addSynthetic(program: Command, run: Run): void {
  const command = program.command("synthetic")
    .description("drawn faces of invented people, every Action Unit known")
    .addOption(new Option("--layout <name>", "arrays: as train reads them").choices(["arrays"]).default("arrays"))
    .option("--subjects <n>", "people", wholeNumber(1), BUILT_IN.subjects)
    .option("--images-per-subject <n>", "photographs of each", wholeNumber(1), BUILT_IN.imagesPerSubject)
    .option("--image-size <pixels>", "side of the images, a multiple of 8 for training", wholeNumber(8), 96)
    .option("--seed <n>", "draws everything: same seed, same faces", wholeNumber(0), BUILT_IN.seed);
  withOutput(command, "data/synthetic_<pixels>").action((options: Arguments) => run(() => prepareArrays(options)));
}

function prepareArrays({ subjects, imagesPerSubject, imageSize, seed, output, overwrite }: Arguments): Promise<number> {
  const target = { output: output ?? defaultFolder("synthetic", imageSize), overwrite };
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
