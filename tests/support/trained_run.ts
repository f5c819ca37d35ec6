/** A run folder as `train` leaves it, made in this process: prepared data beside it, a few steps, every file. */
import type { Dataset } from "../../datasets/dataset.ts";
import { writePrepared } from "../../datasets/prepared.ts";
import type { Gpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { RunFolder } from "../../run/folder.ts";
import type { Run } from "../../run/open.ts";
import type { TrainArguments } from "../../tasks/train/options.ts";
import { protocolFor } from "../../training/evaluation/select.ts";
import { trainingSettings } from "../../training/options.ts";
import { train } from "../../training/train.ts";

/** Says nothing on the terminal while it works: what tasks say of their progress is not what is tested. */
export async function quietly<T>(work: () => Promise<T>, said: (line: string) => void = () => {}): Promise<T> {
  const { error, log } = console;
  console.error = console.log = (...words: unknown[]) => said(words.join(" "));
  try {
    return await work();
  } finally {
    Object.assign(console, { error, log });
  }
}

/** Trains on a dataset, prepared in `folder`/data, and opens the run, `folder`/run: no picture is drawn. */
export async function trainedRun(
  gpu: Gpu,
  folder: string,
  dataset: Dataset,
  options: Partial<TrainArguments> = {},
  details: Record<string, unknown> = { source: "a test" },
): Promise<Run> {
  // They load what needs permissions.
  const { openRun } = await import("../../run/open.ts");
  const { writeRunRecord } = await import("../../run/record.ts");
  const given = { data: `${folder}/data`, split: 0, seed: 5, resume: false, select: "validation" as const, ...options };
  const { steps = 4, checkpointEvery = 2, seed } = given;
  const settings = trainingSettings(
    { variant: "cnn", batch: 4, ...options, protocol: protocolFor(given.select) },
    seed,
  );
  const runFolder = new RunFolder(`${folder}/run`);
  await writePrepared(given.data, dataset, details);
  using net = await ZeroBiasCnn.create(gpu, {
    imageSize: dataset.imageSize,
    classes: dataset.classNames.length,
    seed,
    initialScale: 1.4,
  });
  await writeRunRecord(runFolder, { given, steps, checkpointEvery, settings, net, dataset, dataFolder: given.data });
  const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }) => runFolder.saveCheckpoint(step, bytes);
  for await (const record of train(net, dataset, { ...settings, steps, checkpointEvery, onCheckpoint })) {
    await runFolder.log(record);
  }
  return await openRun(runFolder.path);
}
