/**
 * Where pictures are on sheets of earlier versions, which did not leave it beside them: by the measures in which they were drawn. What is drawn
 * now says it in visualization.json and action_units.json; nothing here has to follow it.
 */
import type { Region } from "./embed.ts";

/** A filter's sheet: the first picture's corner, the side of one, the space between two. */
export const OLDER_SHEET = { left: 148, top: 84, cell: 104, gap: 6 } as const;

/** The weights of conv1, trained and random, on a page of this height. */
export function olderWeights({ height }: { height: number }): { trained: Region; control: Region } {
  const left = 24, top = 84, cell = 46, gap = 6, columns = 8, between = 56;
  const width = columns * (cell + gap) - gap;
  const trained = { left, top, width, height: Math.floor((height - top) / (cell + gap)) * (cell + gap) - gap };
  return { trained, control: { ...trained, left: left + width + between } };
}

/**
 * The pictures of Action Units, bars above the faces included.
 *
 * @param size The sheet's width and height.
 * @param rows Units on it, and the filters of the unit that has most.
 * @returns The pictures of a row and a filter, or nothing where a sheet of this size has no such rows.
 */
export function olderBlocks(
  { width, height }: { width: number; height: number },
  { rows, filters }: { rows: number; filters: number },
): ((row: number, filter: number) => Region) | undefined {
  const cell = 88, gap = 4, between = 26, margin = 28, names = 210, caption = 20, rowGap = 26, bar = 5;
  const rowHeight = caption + 2 * cell + gap + rowGap;
  const top = height - margin + rowGap - rows * rowHeight;
  const block = (width - 2 * margin - names + between) / filters - between;
  if (top < margin || block < cell || (block + gap) % (cell + gap) !== 0) return undefined;
  return (row, filter) => ({
    left: margin + names + filter * (block + between),
    top: top + row * rowHeight + caption - bar,
    width: block,
    height: 2 * cell + gap + bar,
  });
}
