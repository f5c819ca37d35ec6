/** The two networks that every picture is made with: the one that a rule chooses from a run, and its control. */
import type { Gpu } from "../../gpu/device.ts";
import { randomizedControl } from "../../analysis/control.ts";
import type { Parameters } from "../../network/parameters.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { chooseCheckpoint } from "../../training/evaluation/evaluate.ts";
import { type CheckpointScore, RULES, type Selection } from "../../training/evaluation/select.ts";
import { savedCheckpoints, stepsOf } from "../../run/checkpoints.ts";
import { createNetwork, type Run } from "../../run/open.ts";

/** A run's network and its control: the same sizes and scale, every weight drawn anew. */
export interface ModelWithControls extends Disposable {
  run: Run;
  net: ZeroBiasCnn;
  /** Takes the weights of one control after the other; holds the first, which is shown, between two uses. */
  control: ZeroBiasCnn;
  /** Weights of every control. */
  draws: Parameters[];
  chosen: CheckpointScore;
  /** Steps of all checkpoints that it was chosen from. */
  compared: number[];
  /** The rule that chose it, and in a sentence. */
  selection: Selection;
  rule: string;
}

/** Reads the chosen checkpoint and draws so many controls. */
export async function openWithControls(
  gpu: Gpu,
  run: Run,
  { selection, controls, signal }: { selection: Selection; controls: number; signal: AbortSignal },
): Promise<ModelWithControls> {
  const checkpoints = await savedCheckpoints(run);
  const net = await createNetwork(gpu, run);
  try {
    const { scores, chosen, selection: by } = await chooseCheckpoint(net, run.dataset, checkpoints, {
      selection,
      signal,
    });
    const control = await randomizedControl(net);
    const draws = [await control.parameters()];
    for (let draw = 1; draw < controls; draw++) {
      using other = await randomizedControl(net, draw);
      draws.push(await other.parameters());
    }
    const dispose = () => [net, control].forEach((one) => one.dispose());
    const compared = stepsOf(scores);
    return { run, net, control, draws, chosen, compared, selection: by, rule: RULES[by], [Symbol.dispose]: dispose };
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/** Does the same with every control in turn; the first of them comes last, and stays. Results are in the order of the draws. */
export async function withEveryControl<T>(
  { control, draws }: ModelWithControls,
  work: (control: ZeroBiasCnn) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const weights of draws.toReversed()) {
    await control.setParameters(weights);
    results.unshift(await work(control));
  }
  return results;
}
