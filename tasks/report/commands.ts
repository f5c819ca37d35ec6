/** The commands that make a run and all that the report shows of it again, with every option that was in force. */
import { CORRESPOND_OPTIONS } from "../correspond/options.ts";
import type { Option } from "../deps.ts";
import { EVALUATE_OPTIONS } from "../evaluate/options.ts";
import { inForce, type OptionValues, optionWords } from "../option_list.ts";
import type { RunRecord } from "../../run/record.ts";
import { shellWord } from "../../formats/shell_word.ts";
import { TRAIN_OPTIONS, type TrainArguments } from "../train/options.ts";
import { VISUALIZE_OPTIONS } from "../visualize/options.ts";
import { LAYER, type RunFiles } from "./read/run_files.ts";

/** What stands for the run folder. */
export const RUN = "RUN";
/** What stands for the prepared folder, where it is not the default one. */
export const DATA = "DATA";

/** What stands for each other set that the run was tested on. */
export function othersOf({ transfers }: Pick<RunFiles, "transfers">): string[] {
  return transfers.map((_, n) => transfers.length === 1 ? "OTHER" : `OTHER${n + 1}`);
}

/** The commands in their order. */
export function commands(files: RunFiles): string[] {
  const { record, evaluation, transfers, visualization, firstLayer, correspondence, otherLayers, data } = files;
  const others = othersOf(files);
  const evaluate = (options: OptionValues) => command("evaluate", [RUN], EVALUATE_OPTIONS, options);
  const visualize = (options: OptionValues) => command("visualize", [RUN], VISUALIZE_OPTIONS, options);
  const correspond = (options: OptionValues) => command("correspond", [RUN], CORRESPOND_OPTIONS, options);
  const findings = [...(correspondence ? [correspondence] : []), ...otherLayers];
  return [
    trainCommand(record),
    evaluate(evaluation?.options ?? { select: evaluation?.selection }),
    ...transfers.map(({ options, selection }, n) => evaluate({ ...(options ?? { select: selection }), on: others[n] })),
    visualize({ ...told(visualization), ...visualization?.options, layer: LAYER }),
    visualize({ ...firstLayer?.options, layer: "conv1" }),
    ...(correspondence ? [] : [correspond({ layer: LAYER })]),
    ...findings.map(({ document: { options, layer, on, selection } }) =>
      correspond({ layer, on, select: selection, ...options })
    ),
    command("report", [RUN], [], {}, data === undefined ? [] : [`--data ${DATA}`]),
  ];
}

/** What any visualization.json says of its options. */
function told(visualization: RunFiles["visualization"]): OptionValues {
  if (!visualization) return {};
  const { top, method, distinctSubjects } = visualization;
  return { top, method, distinctSubjects };
}

/** Which documents do not say all options that were in force, since an earlier version wrote them. */
export function unsaid({ evaluation, transfers, visualization, firstLayer, correspondence, otherLayers }: RunFiles) {
  const findings = [...(correspondence ? [correspondence] : []), ...otherLayers];
  return [
    ...[evaluation, ...transfers].some((one) => one && !one.options) ? ["evaluate"] : [],
    ...[visualization, firstLayer].some((one) => one && !one.options) ? ["visualize"] : [],
    ...findings.some(({ document: { options } }) => options.select === undefined) ? ["correspond"] : [],
  ];
}

function trainCommand(record: RunRecord): string {
  const { given, settings, network, steps, checkpointEvery } = record;
  const values: Record<Exclude<keyof TrainArguments, "dataset" | "data" | "run" | "resume">, unknown> = {
    variant: settings.variant,
    split: settings.split,
    select: given.select,
    steps,
    batch: settings.batch,
    imageSize: network.imageSize,
    seed: settings.seed,
    normalization: settings.normalization,
    learningRate: settings.learningRate,
    momentum: settings.momentum,
    weightDecay: settings.weightDecay,
    checkpointEvery,
    initScale: network.initialScale,
    convolution: network.convolution,
  };
  const named = given.dataset === undefined ? [] : [given.dataset];
  const data = given.data === undefined ? [] : [`--data ${DATA}`];
  return command("train", named, TRAIN_OPTIONS, values, [...data, `--run ${RUN}`]);
}

/** Commands are broken into lines no longer than this. */
const WIDTH = 88;

/** A command with all options of a list that have a value, given or by default, and more words. */
function command(
  task: string,
  args: readonly string[],
  options: readonly Option[],
  given: OptionValues,
  more: readonly string[] = [],
): string {
  const lines = [["deno task", task, ...args.map(shellWord)].join(" ")];
  for (const word of [...optionWords(options, inForce(options, given)), ...more]) {
    if (lines.at(-1)!.length + word.length < WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(`  ${word}`);
  }
  return lines.join(" \\\n");
}
