/** `deno task prepare fer2013`: Kaggle's fer2013.csv with its own three usages. */
import { prepareFer2013 } from "../../datasets/fer2013.ts";
import type { Command } from "../deps.ts";
import { defaultPath } from "../invocation.ts";
import { prepare, type Run, type Target, withOutput } from "./preparation.ts";

/** Adds the command. */
export function addFer2013(program: Command, run: Run): void {
  const output = defaultPath("data/fer2013");
  const command = program.command("fer2013")
    .description("FER2013, from fer2013.csv; its public test set validates, its private one tests")
    .requiredOption("--input <dir>", "folder with fer2013.csv, or the file; only read");
  withOutput(command, output).action((options: Target & { input: string; output?: string }) =>
    run(() =>
      prepare({ ...options, output: options.output ?? output }, async (onProgress, signal) => ({
        dataset: await prepareFer2013({ input: options.input, onProgress, signal }),
        details: { source: "fer2013.csv", crop: "as distributed" },
        warnings: ["FER2013 does not say who is who: the same person may stand in training and test"],
      }))
    )
  );
}
