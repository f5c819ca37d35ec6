/** The two networks that every picture is made with: the one that a rule chooses from a run, and its control. */
import type { Gpu } from "../../gpu/device.ts";
import { randomizedControl } from "../../analysis/control.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { chooseCheckpoint } from "../../training/evaluation/evaluate.ts";
import { type CheckpointScore, RULES, type Selection } from "../../training/evaluation/select.ts";
import { createNetwork, type Run, savedCheckpoints } from "../run/open.ts";

/** A run's network and its control: the same sizes and scale, every weight drawn anew. */
export interface Looked extends Disposable {
  run: Run;
  net: ZeroBiasCnn;
  control: ZeroBiasCnn;
  chosen: CheckpointScore;
  /** The rule that chose it, in a sentence. */
  rule: string;
}

/** Reads the chosen checkpoint and makes the control. */
export async function lookInto(gpu: Gpu, run: Run, selection?: Selection): Promise<Looked> {
  const checkpoints = await savedCheckpoints(run);
  const net = await createNetwork(gpu, run);
  try {
    const { chosen, selection: by } = await chooseCheckpoint(net, run.dataset, checkpoints, { selection });
    const control = await randomizedControl(net);
    const dispose = () => [net, control].forEach((one) => one.dispose());
    return { run, net, control, chosen, rule: RULES[by], [Symbol.dispose]: dispose };
  } catch (error) {
    net.dispose();
    throw error;
  }
}
