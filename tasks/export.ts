/** `deno task export RUN --output FILE`: a trained model as one file for other programs, ONNX or safetensors. */
import { Command, InvalidArgumentError, Option } from "./deps.ts";
import { modelDescription, writeOnnx } from "../training/onnx.ts";
import { type Model, writeModel } from "../training/model.ts";
import { runTask, UsageError, wholeNumber } from "./command.ts";
import { writeCheckedFile } from "./export/checked_file.ts";
import { home, taskCall } from "./invocation.ts";
import { checkPlace } from "./place.ts";
import { loadModel } from "../run/model.ts";
import { plain } from "../run/words.ts";
import { say } from "./terminal.ts";

/** What each format is written by. */
const FORMATS: Record<string, (model: Model) => Uint8Array> = { onnx: writeOnnx, safetensors: writeModel };

interface Arguments {
  output: string;
  format?: string;
  checkpoint?: number;
  force: boolean;
}

/** Does what a command line says, and returns the exit code. */
export async function exportTask(argv: readonly string[]): Promise<number> {
  const command = new Command("export")
    .description(
      "Writes a trained model as one file: ONNX, which takes raw pixels and runs wherever an ONNX runtime does, or safetensors, the weights with " +
        "PyTorch's names. Class names, normalization and how faces were cut out are in both.",
    )
    .argument("<run>", "run folder, as train leaves it, or a checkpoint or model file")
    .requiredOption("--output <file>", "the file to write", outputFile)
    .addOption(
      new Option("--format <name>", "what to write (default: what the file's name ends in)").choices(
        Object.keys(FORMATS),
      ),
    )
    .option(
      "--checkpoint <step>",
      "the checkpoint after so many updates (default: what evaluate chose, or else the last)",
      wholeNumber(0),
    )
    .option("--force", "replace a file that is there", false)
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("export --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const { output, checkpoint, force, format = formatOf(output) } = command.opts<Arguments>();
  if (format === undefined) {
    throw new UsageError(
      `--output ${output}: the name says no format. Remedy: end it in .onnx or .safetensors, or add --format.`,
    );
  }
  if (formatOf(output) !== undefined && formatOf(output) !== format) {
    throw new UsageError(
      `--output ${output}: the name says ${formatOf(output)}, --format says ${format}. Remedy: make them agree.`,
    );
  }
  await checkPlace("--output", output, force);

  const { model, path, rule } = await loadModel(command.args[0], { step: checkpoint, home: home() });
  const bytes = FORMATS[format](model);
  await writeCheckedFile(output, bytes);

  const { imageSize, classNames, normalization } = model.info;
  const input = format === "onnx"
    ? `images, float32 N x 1 x ${imageSize} x ${imageSize}, grey levels 0..255; ${normalization} is in the graph`
    : `grey levels 0..255, ${imageSize} x ${imageSize}, times 2/255, then ${normalization}`;
  say(`checkpoint      ${plain(path)}: ${rule}`);
  say(`takes           ${input}`);
  say(`gives           probabilities of ${classNames.map(plain).join(", ")}`);
  modelDescription(model.info).forEach((sentence, n) => {
    say(`${n === 0 ? "about it" : "        "}        ${plain(sentence)}`);
  });
  say(`${format.padEnd(15)} ${plain(output)} (${(bytes.length / 1e6).toFixed(1)} MB)`);
  return 0;
}

function outputFile(path: string): string {
  if (path === "") throw new InvalidArgumentError("Expected the name of a file.");
  return path;
}

function formatOf(path: string): string | undefined {
  return Object.keys(FORMATS).find((format) => path.toLowerCase().endsWith(`.${format}`));
}

if (import.meta.main) await runTask(exportTask);
