/**
 * A run of `cnn_ad` that float64 has recorded once: 50 steps of an independent implementation (tests/reference/protocol.ts), too slow to be
 * computed whole in every test. `deno run --allow-read --allow-write tests/golden/golden_run.ts` records it again.
 */
import type { Dataset } from "../../datasets/dataset.ts";
import { type ProtocolSettings, type ProtocolStep, protocolSteps } from "../reference/protocol.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

/**
 * The learning rate is so small that a run does not leap about: a rectifier or a maximum that rounding tips over is felt in every loss that
 * follows, and at five times this rate losses were 0.1 off after 50 steps. Weight decay is much larger than the paper's, so that a
 * mistake in it shows.
 */
export const SETTINGS: ProtocolSettings = {
  seed: 15,
  split: 1,
  batch: 3,
  learningRate: 0.001,
  momentum: 0.9,
  weightDecay: 0.1,
};

/** Steps in the record. */
export const STEPS = 50;

const path = new URL("run.json", import.meta.url);

/** The images that it trains on. */
export function goldenDataset(): Promise<Dataset> {
  return tinyDataset({ imageSize: 24, classes: 7, folds: 5, perFold: 7, seed: 4 });
}

/** The record: settings, the data's fingerprint, and what each step drew and lost. */
export interface GoldenRun {
  settings: ProtocolSettings;
  fingerprint: string;
  steps: ProtocolStep[];
}

/** Reads it. */
export async function readGoldenRun(): Promise<GoldenRun> {
  return JSON.parse(await Deno.readTextFile(path));
}

if (import.meta.main) {
  const dataset = await goldenDataset();
  const steps: ProtocolStep[] = [];
  for (const step of protocolSteps(dataset, SETTINGS)) {
    if (steps.push(step) === STEPS) break;
    console.error(steps.length, step.loss, step.accuracy);
  }
  const run: GoldenRun = { settings: SETTINGS, fingerprint: dataset.fingerprint, steps };
  await Deno.writeTextFile(path, JSON.stringify(run, null, 1) + "\n");
}
