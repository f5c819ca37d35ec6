/** How still the crop of a face holds from frame to frame of a sequence. */
import type { Square } from "../datasets/faces/mod.ts";

/** Changes in parts of the crop's side. */
export interface Steadiness {
  /** How far its middle moved between two frames that follow each other. */
  moved: number[];
  /** By how much its side changed between them. */
  grown: number[];
  /** By how much its side changed from the first frame of a sequence to its last. */
  ended: number[];
  /** Frames without a face: what they stand between is not compared. */
  missed: number;
}

/** Compares frames that follow each other, of sequences whose frames without a face are undefined. */
export function steadiness(sequences: readonly (readonly (Square | undefined)[])[]): Steadiness {
  const [moved, grown, ended]: number[][] = [[], [], []];
  const change = (before: Square, after: Square) => Math.abs(after.size / before.size - 1);
  const middle = ({ left, top, size }: Square) => [left + size / 2, top + size / 2];
  for (const squares of sequences) {
    for (const [frame, square] of squares.entries()) {
      const before = squares[frame - 1];
      if (!square || !before) continue;
      const [[x, y], [oldX, oldY]] = [middle(square), middle(before)];
      moved.push(Math.hypot(x - oldX, y - oldY) / square.size);
      grown.push(change(before, square));
    }
    const [first, last] = [squares[0], squares.at(-1)];
    if (squares.length > 1 && first && last) ended.push(change(first, last));
  }
  return { moved, grown, ended, missed: sequences.flat().filter((square) => !square).length };
}
