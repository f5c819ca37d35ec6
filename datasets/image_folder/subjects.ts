/** Who is on which image, read from its name, and the folds that follow. */

import { excerpt } from "../printable.ts";
import { Random } from "../synthetic/random.ts";

/**
 * Compiles a pattern whose first group is the subject.
 *
 * @param pattern A regular expression as JavaScript writes it, with a group: `S(\d+)`.
 * @returns The expression.
 * @throws {RangeError} When it is no regular expression or has no group.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { subjectPattern } from "./subjects.ts";
 *
 * assert(subjectPattern("S(\\d+)").exec("happy/S005_1.png")?.[1] === "005");
 * assert.throws(() => subjectPattern("S\\d+"), /has no group/);
 * ```
 */
export function subjectPattern(pattern: string): RegExp {
  let groups: number;
  try {
    // With an empty alternative it matches the empty text, and tells how many groups it has.
    groups = new RegExp(`${pattern}|`).exec("")!.length - 1;
  } catch (error) {
    throw new RangeError(`subject pattern ${JSON.stringify(pattern)} is wrong: ${(error as Error).message}`);
  }
  if (groups === 0) {
    throw new RangeError(
      `subject pattern ${JSON.stringify(pattern)} has no group: put what names the person in round brackets, S(\\d+)`,
    );
  }
  return new RegExp(pattern.normalize("NFC"), "d");
}

/**
 * The subject that a pattern finds in each image's name. Names and pattern are compared in one Unicode form (NFC): a Mac
 * stores an accent apart from its letter, other systems with it.
 *
 * @param names Paths within the folder, each beginning with its class.
 * @param pattern Its first group names the subject; no pattern, nobody known.
 * @returns A subject's name for each image, undefined where the pattern finds none.
 * @throws {RangeError} When what it finds reaches over the class folder: one person would be another in every class.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findSubjects, subjectPattern } from "./subjects.ts";
 *
 * assert.deepEqual(findSubjects(["sad/S9_1.png", "sad/x.png"], subjectPattern("(S\\d+)_")), ["S9", undefined]);
 * assert.throws(() => findSubjects(["sad/S9_1.png"], subjectPattern("([^_]+)_")), /finds "sad\/S9"/);
 * ```
 */
export function findSubjects(names: readonly string[], pattern?: RegExp): (string | undefined)[] {
  return names.map((name) => {
    const path = name.normalize("NFC");
    const match = pattern?.exec(path);
    if (!match?.[1]) return undefined;
    if (match.indices![1]![0] < path.indexOf("/")) {
      throw new RangeError(
        `subject pattern ${JSON.stringify(pattern!.source)} finds ${excerpt(match[1])} in ${
          excerpt(path)
        }, which reaches ` +
          "over the class folder: one person would be another in every class. Remedy: let the group begin behind a " +
          "slash and hold none, /([^/_]+)_ for example",
      );
    }
    return match[1];
  });
}

/**
 * Numbers subjects: sorted by name, from 0.
 *
 * @param found A subject's name for each image, undefined where nobody is known.
 * @returns A subject number for each image, -1 for nobody known.
 *
 * @example
 * ```ts
 * import { numberSubjects } from "./subjects.ts";
 *
 * const subjects = numberSubjects(["9", "10", undefined]);
 * if (String(subjects) !== "1,0,-1") throw new Error(String(subjects));
 * ```
 */
export function numberSubjects(found: readonly (string | undefined)[]): Int32Array {
  const known = [...new Set(found)].filter((name) => name !== undefined).sort();
  const numbers = new Map(known.map((name, number) => [name, number]));
  return Int32Array.from(found, (name) => name === undefined ? -1 : numbers.get(name)!);
}

/**
 * Deals images out to folds: subject number i goes to fold i mod F. Images of nobody known are shuffled by the seed and
 * dealt out class by class, so that every fold has its share of each.
 *
 * @param labels Class numbers.
 * @param subjects Subject numbers, -1 for nobody known.
 * @param folds Number of folds, F.
 * @param seed Shuffles.
 * @returns A fold number for each image, 0 to F - 1.
 *
 * @example
 * ```ts
 * import { dealFolds } from "./subjects.ts";
 *
 * const folds = dealFolds(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 2, 0), 2, 1);
 * if (String(folds) !== "0,1,0,0") throw new Error(String(folds));
 * ```
 */
export function dealFolds(labels: Int32Array, subjects: Int32Array, folds: number, seed: number): Int32Array {
  const dealt = subjects.map((subject) => subject % folds);
  const strangers = [...labels.keys()].filter((image) => subjects[image] < 0);
  const shuffled = new Random(seed).permutation(strangers.length).map((place) => strangers[place]);
  // Array.prototype.sort keeps the order of equals: within a class it stays shuffled.
  shuffled.sort((a, b) => labels[a] - labels[b]).forEach((image, place) => dealt[image] = place % folds);
  return dealt;
}
