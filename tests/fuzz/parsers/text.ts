/** The parsers of text files as distributed: CK+ and FER2013. */

import { readEmotion, readFacs, readLandmarks } from "../../../datasets/ck_plus/labels.ts";
import { prepareFer2013 } from "../../../datasets/fer2013.ts";
import { SourceError } from "../../../datasets/source_error.ts";
import { NUMBERS } from "../mutate.ts";
import type { FuzzedParser, Input } from "../parser.ts";

const inputs = (name: string, ...texts: string[]): Input[] =>
  texts.map((text) => ({ name, bytes: new TextEncoder().encode(text) }));

const WORDS = [...NUMBERS, " ", "\t", ",", "\r", "\n", "1.7e+01 2.0e+00\n", "-", "e", ".", "\v", "\u00a0"];

/** A parser of one small file, given by its path. */
function ofFile(
  name: string,
  file: string,
  texts: string[],
  read: (path: string) => Promise<unknown>,
  check: (value: never) => boolean,
): FuzzedParser {
  return {
    name,
    good: () => inputs(file, ...texts),
    words: WORDS,
    async parse({ name, bytes }, folder) {
      const path = `${folder}/${name}`;
      Deno.writeFileSync(path, bytes);
      const value = await read(path);
      if (!check(value as never)) throw new Error(`${JSON.stringify(value)?.slice(0, 300)} was read`);
    },
    errors: [SourceError],
    memory: { atMost: 2 ** 18, each: 4 },
  };
}

const emotion = ofFile(
  "emotion",
  "S005_001_00000011_emotion.txt",
  ["   3.0000000e+00\n", "0", "7\r\n"],
  readEmotion,
  (label: number) => Number.isInteger(label) && label >= 0 && label <= 7,
);

const facs = ofFile(
  "facs",
  "S005_001_00000011_facs.txt",
  ["   1.7000000e+01   2.0000000e+00\n   9.0000000e+00   0.0000000e+00\n", "", "4 5\r\n4 3\r\n"],
  readFacs,
  ({ codes, warnings }: { codes: Map<number, number>; warnings: string[] }) =>
    // deno-lint-ignore no-control-regex
    warnings.every((warning) => !/[\x00-\x1f\x7f]/.test(warning)) && warnings.length <= 6 &&
    [...codes].every(([unit, code]) => Number.isInteger(unit) && unit >= 1 && [1, 2, 3, 4, 5, 6].includes(code)),
);

const landmarks = ofFile(
  "landmarks",
  "S005_001_00000011_landmarks.txt",
  ["   2.5e+02   1.0e+02\n".repeat(68), "1,2\r\n".repeat(68)],
  readLandmarks,
  (points: number[][]) => points.length === 68 && points.flat().every((value) => Number.isFinite(value)),
);

const PIXELS = Array.from({ length: 48 * 48 }, (_, i) => i % 256).join(" ");

const fer2013: FuzzedParser = {
  name: "fer2013",
  good: () =>
    inputs(
      "fer2013.csv",
      `emotion,pixels,Usage\n3,${PIXELS},Training\n4,${PIXELS},PublicTest\n`,
      `\ufeffemotion,Usage,pixels\r\n"3","Training","${PIXELS}"\r\n\r\n`,
    ),
  words: [...NUMBERS, "emotion", "pixels", "Usage", "Training", ",,,", '"', "\r\n", `\n3,${PIXELS},Training\n`],
  async parse({ name, bytes }, folder) {
    Deno.writeFileSync(`${folder}/${name}`, bytes);
    const { images, labels } = await prepareFer2013({ input: folder });
    if (images.length !== labels.length * 48 * 48) throw new Error(`${labels.length} labels were read`);
  },
  errors: [SourceError],
  // Images are kept in blocks of 9.4 million bytes.
  memory: { atMost: 2 ** 24, each: 4 },
};

/** Those of this file. */
export const TEXT_PARSERS: FuzzedParser[] = [emotion, facs, landmarks, fer2013];
