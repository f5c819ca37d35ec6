/** The text files of CK+: emotion labels, FACS codes, landmarks. */

import { LANDMARKS, type Point } from "../faces/landmarks.ts";
import { excerpt } from "../printable.ts";
import { SourceError } from "../source_error.ts";

/** The eight classes in the order of CK+'s numbers. */
export const CK_PLUS_CLASSES = ["neutral", "anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"];

/** Code of an Action Unit that is present but not graded. */
const NOT_GRADED = 6;
const MOST_BYTES = 2 ** 16;
const NUMBER = /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i;
/** Warnings on one file. */
const MOST_WARNINGS = 5;

/**
 * Reads an emotion label: one number, as in `   3.0000000e+00`.
 *
 * @param path The file.
 * @returns The class number, 0..7.
 * @throws {SourceError} When it is anything else. A label is never guessed.
 *
 * @example
 * ```ts
 * import { readEmotion } from "./labels.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "   3.0000000e+00\n");
 * if (await readEmotion(path) !== 3) throw new Error("disgust");
 * await Deno.remove(path);
 * ```
 */
export async function readEmotion(path: string): Promise<number> {
  const text = (await readText(path)).trim();
  const label = NUMBER.test(text) ? Number(text) : NaN;
  if (Number.isInteger(label) && label >= 0 && label < CK_PLUS_CLASSES.length) return label;
  throw new SourceError(path, `emotion is ${excerpt(text, 40)}, expected a whole number from 0 to 7`);
}

/**
 * Reads a sequence's FACS codes: lines `AU intensity`, as in `1.7000000e+01 2.0000000e+00`; intensity 0 is a unit that
 * is present but not graded. An empty file is a face that does nothing. A line that is no such code is left out.
 *
 * @param path The file.
 * @returns Code of each Action Unit that is present: 1..5 intensity, 6 not graded; the stronger one where a unit is
 * there twice. And a warning for each line left out, with file and line.
 * @throws {SourceError} When the file is missing or over 64 KiB.
 *
 * @example
 * ```ts
 * import { readFacs } from "./labels.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "1.7e+01 2.0e+00\n2.5e+01 0\n1.2e+01 1.5\n");
 * const { codes, warnings } = await readFacs(path);
 * if (codes.get(17) !== 2 || codes.get(25) !== 6 || codes.has(12)) throw new Error(String([...codes]));
 * if (!warnings[0].includes("line 3")) throw new Error(warnings[0]);
 * await Deno.remove(path);
 * ```
 */
export async function readFacs(path: string): Promise<{ codes: Map<number, number>; warnings: string[] }> {
  const codes = new Map<number, number>();
  const warnings: string[] = [];
  let leftOut = 0;
  for (const [index, line] of (await readText(path)).split(/\r\n?|\n/).entries()) {
    const words = line.trim().split(/[\s,]+/);
    if (words[0] === "") continue;
    const [unit, intensity] = words.map((word) => NUMBER.test(word) ? Number(word) : NaN);
    const isCode = words.length === 2 && Number.isInteger(unit) && unit >= 1 && unit <= 999 &&
      Number.isInteger(intensity) && intensity >= 0 && intensity <= 5;
    if (!isCode) {
      if (++leftOut <= MOST_WARNINGS) {
        warnings.push(
          `${path}: line ${index + 1}: ${
            excerpt(line, 40)
          } is left out, expected an Action Unit and an intensity from 0 to 5, ` +
            "both whole numbers",
        );
      }
      continue;
    }
    const known = codes.get(unit) ?? NOT_GRADED;
    if (known === NOT_GRADED) codes.set(unit, intensity || NOT_GRADED);
    else codes.set(unit, Math.max(known, intensity));
  }
  if (leftOut > MOST_WARNINGS) warnings.push(`${path}: ${leftOut - MOST_WARNINGS} more lines are left out`);
  return { codes, warnings };
}

/**
 * Reads a frame's landmarks: 68 lines `x y`.
 *
 * @param path The file.
 * @returns 68 points in pixels.
 * @throws {SourceError} When it has another number of lines, or a line is not two numbers.
 *
 * @example
 * ```ts
 * import { readLandmarks } from "./labels.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "2.5e+02 1.0e+02\n".repeat(68));
 * const points = await readLandmarks(path);
 * if (points.length !== 68 || points[67][0] !== 250) throw new Error(String(points));
 * await Deno.remove(path);
 * ```
 */
export async function readLandmarks(path: string): Promise<Point[]> {
  const lines = (await readText(path)).split(/\r\n?|\n/).map((line) => line.trim()).filter((line) => line !== "");
  if (lines.length !== LANDMARKS) {
    throw new SourceError(path, `has ${lines.length} lines, expected ${LANDMARKS} points`);
  }
  return lines.map((line, index) => {
    const words = line.split(/[\s,]+/);
    if (words.length !== 2 || !words.every((word) => NUMBER.test(word) && Number.isFinite(Number(word)))) {
      throw new SourceError(path, `point ${index + 1} is ${excerpt(line, 40)}, expected x and y in pixels`);
    }
    return [Number(words[0]), Number(words[1])];
  });
}

async function readText(path: string): Promise<string> {
  const fail = (cause: Error): never => {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new SourceError(path, missing ? "there is no such file" : `cannot be read: ${cause.message}`, { cause });
  };
  const info = await Deno.stat(path).catch(fail);
  if (!info.isFile) throw new SourceError(path, "is no ordinary file");
  if (info.size > MOST_BYTES) throw new SourceError(path, `has ${info.size} bytes, expected a small text file`);
  return (await Deno.readTextFile(path).catch(fail)).replace(/^\uFEFF/, "");
}
