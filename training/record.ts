/** A record of training: what a line of a run's log holds. */

/** What training reports every so many steps. */
export interface TrainRecord {
  /** Updates done. */
  step: number;
  /** Mean loss of the training batches since the last record. */
  loss: number;
  /** Share of hits in them, 0..1. */
  trainAccuracy: number;
  /** Share of hits in one random validation batch; null where none was evaluated since the last record. */
  validationAccuracy: number | null;
  /** Training images a second since the last record. */
  imagesPerSecond: number;
}
