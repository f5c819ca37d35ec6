/** Where the tags of faces stand in a picture: no tag hides another, nor, where there is room, another face. */

/** A rectangle, in pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What stands on a dark ground beside a face. */
export interface Tag extends Rectangle {
  text: string;
}

const HEIGHT = 32, GAP = 4, EDGE = 2;

/**
 * Places a tag for each face, above it or below; its number alone where the words would lie on what is there already.
 *
 * @param faces The squares that were read, and the words about each; its number stands in front of them.
 * @param photo The picture's place.
 * @returns The tags, in the faces' order.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { placeTags } from "./tags.ts";
 * const photo = { x: 0, y: 0, width: 400, height: 300 };
 * const face = (x: number, y: number) => ({ square: { x, y, width: 50, height: 50 }, words: "happy 97.0%" });
 * const [first, second] = placeTags([face(100, 100), face(160, 105)], photo);
 * assert.deepEqual([first.text, second.text], ["1 · happy 97.0%", "2 · happy 97.0%"]);
 * assert(first.y < 100 && second.y > 150);
 * ```
 */
export function placeTags(faces: readonly { square: Rectangle; words: string }[], photo: Rectangle): Tag[] {
  const tags: Tag[] = [];
  for (const [n, { square, words }] of faces.entries()) {
    const others = faces.flatMap((face, other) => other === n ? [] : [face.square]);
    const places = [`${n + 1} · ${words}`, `${n + 1}`].flatMap((text) => beside(square, text, photo));
    // Of equals the first: the words before the number, above before below.
    const hidden = places.map((place) => 1e6 * covered(place, tags) + covered(place, others));
    tags.push(places[hidden.indexOf(Math.min(...hidden))]);
  }
  return tags;
}

/** The tag above a square, where there is room, and below it. */
function beside(square: Rectangle, text: string, photo: Rectangle): Tag[] {
  const width = Math.min(11 * text.length + 18, photo.width - 2 * EDGE);
  const x = Math.max(photo.x + EDGE, Math.min(photo.x + photo.width - width - EDGE, square.x - 1.5));
  const above = square.y - HEIGHT - GAP, below = square.y + square.height + GAP;
  const lowest = photo.y + photo.height - HEIGHT - EDGE;
  const rows = above >= photo.y + EDGE ? [above, Math.min(lowest, below)] : [Math.min(lowest, below)];
  return rows.map((y) => ({ text, x, y, width, height: HEIGHT }));
}

/** Pixels of a rectangle that lie on others. */
function covered(one: Rectangle, others: readonly Rectangle[]): number {
  const overlap = (a: number, long: number, b: number, other: number) =>
    Math.max(0, Math.min(a + long, b + other) - Math.max(a, b));
  return others.reduce((sum, { x, y, width, height }) => {
    return sum + overlap(one.x, one.width, x, width) * overlap(one.y, one.height, y, height);
  }, 0);
}
