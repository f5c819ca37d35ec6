/** `deno task prepare folder`: photographs in a folder, a class a sub-folder. */
import { basename, join, resolve } from "node:path";
import { prepareImageFolder } from "../../datasets/image_folder.ts";
import type { FaceBackend } from "../../datasets/faces/mod.ts";
import { fileName } from "../../run/file_name.ts";
import { MOST_SEED, wholeNumber } from "../command.ts";
import { type Command, Option } from "../deps.ts";
import { defaultPath } from "../invocation.ts";
import { withBackend } from "./backend.ts";
import { prepare, type Run, type Target, withOutput } from "./preparation.ts";

interface Arguments extends Target {
  input: string;
  name?: string;
  imageSize: number;
  crop: "none" | "detector";
  backend: FaceBackend;
  subject?: string;
  folds: number;
  seed: number;
}

/** Adds the command. */
export function addFolder(program: Command, run: Run): void {
  const command = program.command("folder")
    .description("photographs in a folder, a class a sub-folder (JPEG, PNG, WebP, TIFF, GIF, AVIF)")
    .requiredOption("--input <dir>", "folder whose sub-folders are the classes; only read")
    .option("--name <name>", "name of the dataset (default: the input folder's)")
    .option("--image-size <pixels>", "side of the images, a multiple of 8 for training", wholeNumber(8), 96)
    .addOption(
      new Option("--crop <how>", "none: the square in the middle; detector: the face").choices(["none", "detector"])
        .default("none"),
    )
    .option("--subject <pattern>", "regular expression on the path; its first group names the person: 'S(\\d+)'")
    .option("--folds <n>", "folds for cross-validation", wholeNumber(3), 10)
    .option("--seed <n>", "deals images whose person is unknown out to the folds", wholeNumber(0, MOST_SEED), 1);
  withBackend(command);
  withOutput(command, defaultPath("data/<name>")).action((options: Arguments) =>
    run(() => {
      const { name = basename(resolve(options.input)), output = defaultPath(join("data", fileName(name))) } = options;
      return prepare({ ...options, output }, (onProgress, signal) =>
        prepareImageFolder({
          ...options,
          name,
          onProgress,
          signal,
        }));
    })
  );
}
