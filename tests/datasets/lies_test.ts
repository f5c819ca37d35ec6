/** Every reader of datasets against files that are whole and lie: sizes that no memory has, words that a terminal would obey, things out of place. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { bytes, ignore, readers, refusal, withTree } from "../support/dataset_readers.ts";
import { joinBytes, matHeader, matVariable } from "../support/mat_writer.ts";

Deno.test({
  name: "hostile: lies that hold together are refused before they take memory, and reach no terminal",
  ignore,
}, async () => {
  const all = await readers();
  /** The beginning of an array's file that claims this shape; it is made as long as that by a hole. */
  const claiming = (path: string, shape: string, length: number) => {
    const text = bytes(`{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + "\n");
    Deno.writeFileSync(path, joinBytes([Uint8Array.of(0x93, ...bytes("NUMPY"), 1, 0, 118, 0), text]));
    Deno.truncateSync(path, 128 + length);
  };
  const meta = (change: Record<string, unknown>) => (folder: string) => {
    const path = join(folder, "meta.json");
    Deno.writeTextFileSync(path, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(path)), ...change }));
  };
  const lies: [reader: string, spoil: (folder: string) => void, message: RegExp][] = [
    ["prepared folder", (folder) => {
      meta({ count: 2 ** 34 })(folder);
      claiming(join(folder, "X.npy"), `${2 ** 34}, 1, 8, 8`, 2 ** 40);
    }, /X\.npy: has 1099511627904 bytes, more than/],
    [
      "prepared folder",
      meta({ classNames: ["sad", "\x1b[2J"] }),
      /meta\.json: classNames.* is .*, expected/,
    ],
    ["prepared folder", meta({ name: "a\nb" }), /meta\.json: name is "a\\nb"/],
    ["prepared folder", meta({ count: 1e300 }), /meta\.json: count is/],
    [
      "prepared folder",
      (folder) => Deno.writeTextFileSync(join(folder, "meta.json"), "[".repeat(1e6)),
      /meta\.json: (is no JSON|what it says is )/,
    ],
    [
      "authors' TFD",
      (folder) => claiming(join(folder, "split_1/folds.npy"), `${2 ** 29},`, 2 ** 29),
      /split_1.folds\.npy: has 536871040 bytes, expected at most/,
    ],
    [
      "authors' CK+",
      (folder) => claiming(join(folder, "X.npy"), `${2 ** 34}, 1, 8, 8`, 2 ** 40),
      /X\.npy: has 1099511627904 bytes/,
    ],
    ["TFD", (folder) => {
      const variables = Array.from(
        { length: 10_001 },
        (_, n) => matVariable({ name: `v${n}`, dimensions: [1, 1], values: [n] }),
      );
      Deno.writeFileSync(join(folder, "TFD_48x48.mat"), joinBytes([matHeader(), ...variables]));
    }, /more than 10000 variables \(at byte \d+\)/],
    ["TFD", (folder) => {
      const variable = matVariable({ name: "\x1b[2J", dimensions: [1, 1], values: [1] });
      Deno.writeFileSync(join(folder, "TFD_48x48.mat"), joinBytes([matHeader(), variable]));
    }, /no field images; it has: \\u001b\[2J/],
    ["image folder", (folder) => Deno.mkdirSync(join(folder, "sad/7.png")), /7\.png: is a folder, not an image/],
    ["image folder", (folder) => Deno.writeTextFileSync(join(folder, "sad/\x1b[2J.txt"), ""), /has control characters/],
    ["CK+", (folder) => Deno.writeTextFileSync(join(folder, "Emotion/S011"), ""), /S011: is no folder/],
    [
      "CK+",
      (folder) => Deno.writeTextFileSync(join(folder, "Emotion/S005/001/S005_001_00000004_emotion.txt"), "3\u009b2J"),
      /emotion is "3\\u009b2J", expected a whole number/,
    ],
    [
      "CK+",
      (folder) =>
        Deno.writeTextFileSync(
          join(folder, "Landmarks/S005/001/S005_001_00000001_landmarks.txt"),
          "10 14\n".repeat(67) + "1e999 4\n",
        ),
      /point 68 is "1e999 4", expected x and y/,
    ],
    [
      "prepared folder",
      (folder) => Deno.writeTextFileSync(join(folder, "meta.json"), '{"a":\x1b[2J'),
      /is no JSON: .*\\u001b/,
    ],
    ["prepared folder", meta({ fingerprint: ["0".repeat(64)] }), /meta\.json: fingerprint is \[/],
    ["prepared folder", meta({ details: [] }), /meta\.json: details is \[\]/],
    ["prepared folder", meta({ format: "\u009b2J" }), /meta\.json: format is "\\u009b2J"/],
  ];
  for (const [name, spoil, message] of lies) {
    await withTree(all[name].files, async (folder) => {
      spoil(folder);
      const before = Deno.memoryUsage().rss;
      const error = await refusal(all[name], folder, `${name} ${message}`);
      assert.match(error?.message ?? "was read", message);
      assert.ok(
        Deno.memoryUsage().rss - before < 2 ** 28,
        `${name} ${message}: took ${Deno.memoryUsage().rss - before} bytes`,
      );
    });
  }
});
