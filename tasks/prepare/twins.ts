/** `deno task prepare synthetic --layout ck_plus|tfd`: draws a set as it is distributed, for `prepare ck_plus` and `prepare tfd` to read. */
import { CK_PLUS_CLASSES } from "../../datasets/ck_plus/mod.ts";
import { writeCkPlusTwin } from "../../datasets/synthetic/twins/ck_plus.ts";
import type { TwinSequence } from "../../datasets/synthetic/twins/ck_plus_plan.ts";
import { checkTwinTarget } from "../../datasets/synthetic/twins/folder.ts";
import { writeTfdTwin } from "../../datasets/synthetic/twins/tfd.ts";
import { TFD_CLASSES } from "../../datasets/tfd.ts";
import { withCount } from "../progress.ts";
import { shellWord } from "../../formats/shell_word.ts";
import { stoppable } from "./preparation.ts";
import { defaultPath, taskCall } from "../invocation.ts";
import { say } from "../terminal.ts";

/** What both twins are asked with; what was left out is undefined. */
export interface TwinArguments {
  output?: string;
  overwrite: boolean;
  subjects?: number;
  imagesPerSubject?: number;
  imageSize?: number;
  frames?: number;
  seed: number;
}

/** Draws the CK+ twin; returns the exit code. */
export async function drawCkPlusTwin(options: TwinArguments): Promise<number> {
  const { overwrite, subjects, imageSize, frames, seed } = options;
  const output = options.output ?? defaultPath("data/ck_plus_twin");
  await checkTwinTarget(output, options);
  return await stoppable(async (signal) => {
    const plan = await withCount(
      "frame",
      (onProgress) => writeCkPlusTwin({ output, overwrite, subjects, imageSize, frames, seed, signal, onProgress }),
    );
    for (const line of ckPlusLines(plan)) say(line);
    sayNext("ck_plus", output);
  });
}

/** Draws the TFD twin; returns the exit code. */
export async function drawTfdTwin(options: TwinArguments): Promise<number> {
  const { overwrite, subjects = 100, imagesPerSubject = 14, seed } = options;
  // Any other number is refused where the files are written.
  const imageSize = options.imageSize as 48 | 96 | undefined;
  const output = options.output ?? defaultPath("data/tfd_twin");
  await checkTwinTarget(output, options);
  return await stoppable(async (signal) => {
    const { labelled, unlabelled, classes } = await withCount(
      "face",
      (onProgress) =>
        writeTfdTwin({ output, overwrite, subjects, imagesPerSubject, imageSize, seed, signal, onProgress }),
    );
    say(`tfd twin: ${labelled} labelled images of ${subjects} subjects, ${unlabelled} unlabelled ones`);
    for (const line of classLines(TFD_CLASSES, classes)) say(line);
    sayNext("tfd", output, imageSize);
  });
}

/** What the CK+ twin consists of, as lines to read. */
export function ckPlusLines(plan: TwinSequence[]): string[] {
  const labelled = plan.filter(({ emotion }) => emotion !== undefined);
  const people = (sequences: TwinSequence[]) => new Set(sequences.map(({ subject }) => subject)).size;
  const frames = plan.reduce((sum, sequence) => sum + sequence.frames, 0);
  const classes = CK_PLUS_CLASSES.map((_, label) => labelled.filter(({ emotion }) => emotion === label).length);
  return [
    `ck_plus twin: ${plan.length} sequences of ${people(plan)} subjects, ${frames} frames`,
    `${labelled.length} sequences of ${people(labelled)} subjects have an emotion label:`,
    ...classLines(CK_PLUS_CLASSES.slice(1), classes.slice(1)),
  ];
}

function classLines(names: readonly string[], counts: number[]): string[] {
  return names.map((name, index) => `  ${name.padEnd(12)} ${counts[index]}`);
}

function sayNext(dataset: string, output: string, imageSize?: number): void {
  say(`twin            ${output}`);
  say(
    `prepare it      ${taskCall(`prepare ${dataset} --input ${shellWord(output)}`)}${
      imageSize ? ` --image-size ${imageSize}` : ""
    }`,
  );
}
