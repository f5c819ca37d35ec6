/** What a caller is told while something is done with a run: nothing here prints. */
import type { TrainRecord } from "../training/train.ts";

/** How far a piece of work is. */
export interface Progress {
  /** What is counted. */
  unit: "face" | "step" | "checkpoint";
  done: number;
  total: number;
  /** What training notes of the last steps. */
  record?: TrainRecord;
}

/** Who is told. */
export interface Listener {
  /** Gets a sentence for people on what is begun or was found. */
  onNote?: (sentence: string) => void;
  /** Gets a sentence for people on what makes a result doubtful, or work slow. */
  onWarning?: (sentence: string) => void;
  /** Is told how far the work is: first with 0 done, and then whenever there is more. */
  onProgress?: (progress: Progress) => void;
}

/** What every piece of work takes beside its options. */
export interface Work extends Listener {
  /** Stops it. */
  signal?: AbortSignal;
  /** The folder in which the default folders `data` and `runs` lie; the current one where left out. */
  home?: string;
}
