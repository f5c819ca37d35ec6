/** `deno task prepare tfd`: the Toronto Face Database. */
import { join } from "node:path";
import { prepareTfd } from "../../datasets/tfd.ts";
import { wholeNumber } from "../command.ts";
import { type Command, InvalidArgumentError } from "../deps.ts";
import { defaultPath } from "../invocation.ts";
import { prepare, type Run, type Target, withOutput } from "./preparation.ts";

type Arguments = Target & { input: string; output?: string; imageSize: 48 | 96; unlabelled: boolean };

/** Adds the command. */
export function addTfd(program: Command, run: Run): void {
  const output = defaultPath("data/tfd");
  const command = program.command("tfd")
    .description("the Toronto Face Database, from TFD_48x48.mat or TFD_96x96.mat")
    .requiredOption("--input <dir>", "folder with the .mat file as distributed; only read")
    .option("--image-size <pixels>", "48 or 96: which file", size, 96)
    .option("--unlabelled", "keep the unlabelled images too", false);
  withOutput(command, output).action((options: Arguments) =>
    run(() =>
      prepare({ ...options, output: options.output ?? output }, async (onProgress, signal) => {
        const { input, imageSize, unlabelled } = options;
        const dataset = await prepareTfd({ input, imageSize, includeUnlabelled: unlabelled, onProgress, signal });
        return {
          dataset,
          sources: [await Deno.realPath(join(input, `TFD_${imageSize}x${imageSize}.mat`))],
          details: { source: `TFD_${imageSize}x${imageSize}.mat`, crop: "as distributed" },
          warnings: ["TFD contains images of CK+: a model trained on one must not be tested on the other"],
        };
      })
    )
  );
}

function size(text: string): number {
  const size = wholeNumber(1)(text);
  if (size !== 48 && size !== 96) throw new InvalidArgumentError("Expected 48 or 96.");
  return size;
}
