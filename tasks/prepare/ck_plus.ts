/** `deno task prepare ck_plus`: the Extended Cohn-Kanade set. */
import { type CkPlusCrop, prepareCkPlus } from "../../datasets/ck_plus/mod.ts";
import type { FaceBackend } from "../../datasets/faces/mod.ts";
import { wholeNumber } from "../command.ts";
import { type Command, Option } from "../deps.ts";
import { defaultPath } from "../invocation.ts";
import { withBackend } from "./backend.ts";
import { prepare, type Run, type Target, withOutput } from "./preparation.ts";

type Arguments = Target & { input: string; output?: string; imageSize: number; crop: CkPlusCrop; backend: FaceBackend };

/** Adds the command. */
export function addCkPlus(program: Command, run: Run): void {
  const output = defaultPath("data/ck_plus");
  const command = program.command("ck_plus")
    .description("the Extended Cohn-Kanade set (CK+), from its unzipped folders; serves ck_plus_six_class too")
    .requiredOption("--input <dir>", "folder with cohn-kanade-images, Emotion, FACS, Landmarks; only read")
    .option("--image-size <pixels>", "side of the images, a multiple of 8 for training", wholeNumber(8), 96)
    .addOption(
      new Option("--crop <how>", "detector finds the face, landmarks are those of CK+, none: the square in the middle")
        .choices(["detector", "landmarks", "none"]).default("detector"),
    );
  withBackend(command);
  withOutput(command, output).action((options: Arguments) =>
    run(() =>
      prepare({ ...options, output: options.output ?? output }, async (onProgress, signal) => {
        const { input, imageSize, crop, backend } = options;
        const prepared = await prepareCkPlus({ input, imageSize, crop, backend, onProgress, signal });
        const overlap = "TFD contains images of CK+: a model trained on one must not be tested on the other";
        return { ...prepared, warnings: [...prepared.warnings, overlap] };
      })
    )
  );
}
