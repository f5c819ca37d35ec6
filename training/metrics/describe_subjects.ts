/** Who was tested, in words. */

/** Who was tested. */
export interface Tested {
  /** People. */
  subjects: number;
  /** Images whose person is unknown. */
  unknown: number;
}

/**
 * Who was tested, in words: `10 people`, `40 images whose person is unknown`, or both.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { describeSubjects } from "./describe_subjects.ts";
 * assert.equal(describeSubjects({ subjects: 1, unknown: 2 }), "1 person and 2 images whose person is unknown");
 * ```
 */
export function describeSubjects({ subjects, unknown }: Tested): string {
  const people = `${subjects} ${subjects === 1 ? "person" : "people"}`;
  if (unknown === 0) return people;
  const images = `${unknown} ${unknown === 1 ? "image" : "images"} whose person is unknown`;
  return subjects === 0 ? images : `${people} and ${images}`;
}
