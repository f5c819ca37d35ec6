/** The labelled sequences of the real CK+, by name: what a tree must hold to be all of it. No picture and no person is in this list. */

import list from "./sequences.tsv" with { type: "text" };

/** A labelled sequence of the real set. */
export interface ListedSequence {
  /** For example `S005`. */
  subject: string;
  /** For example `001`. */
  sequence: string;
  /** Class number, 1..7. */
  emotion: number;
  /** The fold that the protocol puts its subject into, 0..9. */
  fold: number;
}

/**
 * The 327 labelled sequences of the real set, sorted by subject and sequence.
 *
 * @example
 * ```ts
 * import { CK_PLUS_SEQUENCES } from "./sequences.ts";
 * if (CK_PLUS_SEQUENCES.length !== 327) throw new Error("the paper's 327 sequences");
 * ```
 */
export const CK_PLUS_SEQUENCES: readonly ListedSequence[] = list.trim().split(/\r?\n/).slice(1).map((line) => {
  const [subject, sequence, emotion, fold] = line.split("\t");
  return { subject, sequence, emotion: Number(emotion), fold: Number(fold) };
});
