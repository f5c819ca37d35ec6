/** The commands that make a run and everything in its folder again, with every option that was in force. */
import { RULES, SELECTIONS } from "../../training/evaluation/select.ts";
import { shellWord } from "../shell_word.ts";
import type { RunFiles } from "./read/run_files.ts";

/** What stands for the run folder. */
export const RUN = "RUN";
/** What stands for the prepared folder, where it is not the default one. */
export const DATA = "DATA";

/** The commands in their order. */
export function commands({ record, evaluation, visualization, correspondence }: RunFiles): string[] {
  const { given, settings, network, steps, checkpointEvery } = record;
  const rule = (sentence: string) => SELECTIONS.find((selection) => RULES[selection] === sentence);
  const train = command("train", given.dataset, {
    data: given.data === undefined ? undefined : DATA,
    variant: settings.variant,
    split: settings.split,
    select: given.select,
    steps,
    batch: settings.batch,
    "image-size": network.imageSize,
    seed: settings.seed,
    normalization: settings.normalization,
    "learning-rate": settings.learningRate,
    momentum: settings.momentum,
    "weight-decay": settings.weightDecay,
    "checkpoint-every": checkpointEvery,
    "init-scale": network.initialScale,
    convolution: network.convolution,
    run: RUN,
  });
  return [
    train,
    command("evaluate", RUN, {
      select: evaluation?.selection,
      resamples: evaluation?.test.accuracyInterval.resamples,
    }),
    command("visualize", RUN, {
      layer: "conv3",
      top: visualization?.top,
      method: visualization?.method,
      "distinct-subjects": visualization?.distinctSubjects,
      select: visualization && rule(visualization.checkpoint.rule),
    }),
    command("visualize", RUN, { layer: "conv1" }),
    command("correspond", RUN, {
      layer: "conv3",
      on: correspondence?.document.on,
      "minimum-support": correspondence?.document.options.minimumSupport,
      bins: correspondence?.document.options.bins,
      permutations: correspondence?.document.options.permutations,
      seed: correspondence?.document.options.seed,
      select: correspondence?.document.selection,
    }),
    command("report", RUN, {}),
  ];
}

/** Commands are broken into lines no longer than this. */
const WIDTH = 88;

type Value = string | number | boolean | undefined;

function command(task: string, argument: string | undefined, options: Record<string, Value>): string {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name} ${shellWord(plainNumber(value))}`];
  });
  const lines = [["deno task", task, ...(argument === undefined ? [] : [shellWord(argument)])].join(" ")];
  for (const word of words) {
    if (lines.at(-1)!.length + word.length < WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(`  ${word}`);
  }
  return lines.join(" \\\n");
}

/** 0.00001 rather than 1e-5. */
function plainNumber(value: string | number): string {
  if (typeof value === "string" || !/e/.test(String(value))) return String(value);
  return value.toFixed(20).replace(/0+$/, "");
}
