/** FER2013 out of files made here: rows, usages, layouts in circulation, wrong lines. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { FER2013_CLASSES, prepareFer2013 } from "../../datasets/fer2013.ts";
import { readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { splitIndices } from "../../datasets/split.ts";
import { splitLines } from "../../datasets/split_lines.ts";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write");
const USAGES = ["Training", "PublicTest", "PrivateTest"];
const header = "emotion,pixels,Usage\n";
const grey = (n: number, i: number) => (n * 31 + i * 7) % 256;
const pixels = (n: number) => Array.from({ length: 48 * 48 }, (_, i) => grey(n, i)).join(" ");
const row = (n: number) => `${n % 7},${pixels(n)},${USAGES[n % 3]}\n`;

/** Runs `use` on a folder with this text as fer2013.csv, then removes it. */
async function withCsv<T>(text: string, use: (input: string) => Promise<T>): Promise<T> {
  const input = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(join(input, "fer2013.csv"), text);
    return await use(input);
  } finally {
    Deno.removeSync(input, { recursive: true });
  }
}

Deno.test({
  name: "fer2013: images, labels and the official split, which a prepared folder keeps",
  ignore,
  async fn() {
    const count = 50;
    const text = header + Array.from({ length: count }, (_, n) => row(n)).join("");
    await withCsv(text, async (input) => {
      const seen: number[] = [];
      const dataset = await prepareFer2013({ input, onProgress: (fraction) => seen.push(fraction) });
      assert.equal(dataset.name, "fer2013");
      assert.deepEqual(dataset.classNames, FER2013_CLASSES);
      assert.deepEqual([...dataset.labels], Array.from({ length: count }, (_, n) => n % 7));
      const expected = Uint8Array.from({ length: count * 2304 }, (_, i) => grey(Math.floor(i / 2304), i % 2304));
      assert.deepEqual(dataset.images, expected);
      assert.equal(seen.at(-1), 1);

      const target = join(input, "prepared");
      await writePrepared(target, dataset);
      assert.deepEqual(await readPrepared(target), dataset);
      const { train, validation, test } = splitIndices(dataset, 0);
      assert(train.every((n) => n % 3 === 0) && validation.every((n) => n % 3 === 1) && test.every((n) => n % 3 === 2));
      assert.deepEqual([train.length, validation.length, test.length], [17, 17, 16]);
      assert.throws(() => splitIndices(dataset, 1), /has 1 splits/);
    });
  },
});

Deno.test({
  name: "fer2013: the layouts in circulation, and the file itself as input",
  ignore,
  async fn() {
    const expected = await withCsv(header + row(3) + row(4), (input) => prepareFer2013({ input }));
    const layouts = [
      `\ufeff${header}${row(3)}${row(4)}`,
      (header + row(3) + row(4)).replaceAll("\n", "\r\n"),
      `${header}${row(3)}${row(4)}`.trimEnd(),
      `emotion, Usage, pixels\n3,Training,${pixels(3)}\n4,PublicTest, ${pixels(4)}\n`,
      `"emotion","pixels","Usage"\n3,"${pixels(3)}","Training"\n\n4,"${pixels(4)}","PublicTest"\n`,
    ];
    for (const [n, text] of layouts.entries()) {
      const dataset = await withCsv(text, (input) => prepareFer2013({ input: join(input, "fer2013.csv") }));
      assert.deepEqual(dataset, expected, `layout ${n}`);
    }
  },
});

Deno.test({
  name: "fer2013: a line that is not FER2013's is refused, naming file, line and value",
  ignore,
  async fn() {
    const spoiled = (change: (line: string) => string) => header + row(0) + change(row(1));
    const hostile: [string, string, RegExp][] = [
      ["an empty file", "", /holds no image/],
      ["a header alone", header, /holds no image/],
      ["no header", row(0), /line 1: no column emotion/],
      ["no Usage", `emotion,pixels\n0,${pixels(0)}\n`, /line 1: no column Usage/],
      ["emotion 7", spoiled((line) => "7" + line.slice(1)), /line 3: emotion is "7", expected 0 to 6/],
      ["emotion -1", spoiled((line) => "-1" + line.slice(1)), /line 3: emotion is "-1"/],
      ["emotion 1.5", spoiled((line) => "1.5" + line.slice(1)), /line 3: emotion is "1\.5"/],
      ["no emotion", spoiled((line) => line.slice(1)), /line 3: emotion is "", expected/],
      ["unknown usage", spoiled((line) => line.replace("PublicTest", "Test")), /line 3: Usage is "Test", expected one/],
      ["a field less", spoiled((line) => line.replace(",PublicTest", "")), /line 3: 2 fields/],
      ["a pixel less", spoiled((line) => line.replace(" ", "")), /line 3: (2303 pixels|pixel 0)/],
      ["a pixel more", spoiled((line) => line.replace(",P", " 1,P")), /line 3: 2305 pixels, expected 2304/],
      ["pixel 256", spoiled((line) => line.replace(" ", " 256 ")), /line 3: pixel 1 is "256", expected 0 to 255/],
      ["pixel -1", spoiled((line) => line.replace(" ", " -1 ")), /line 3: pixel 1 is "-1"/],
      ["pixel 1.5", spoiled((line) => line.replace(" ", " 1.5 ")), /line 3: pixel 1 is "1\.5"/],
      ["a word", spoiled((line) => line.replace(" ", " dark ")), /line 3: pixel 1 is "dark"/],
      ["cut short", (header + row(0) + row(1)).slice(0, -2000), /line 3: (2 fields|1\d+ pixels)/],
      ["a long line", header + "0," + "1 ".repeat(1e6), /line 2: is longer than 16384 bytes/],
      ["no end of line", "1 ".repeat(1e6), /line 1: is longer than 16384 bytes/],
      ["many commas", header + ",".repeat(16000), /line 2: 16001 fields/],
      ["not text", `\0\x01\x02${header}`, /line 1: no column emotion/],
    ];
    for (const [what, text, message] of hostile) {
      await withCsv(text, async (input) => {
        const error = await prepareFer2013({ input }).then(() => undefined, (error) => error);
        assert.equal(error?.name, "SourceError", `${what}: ${error?.stack ?? "was read"}`);
        assert.match(error.message, message, what);
        assert(error.message.startsWith(join(input, "fer2013.csv")), error.message);
      });
    }
    await withCsv(header + row(0), async (input) => {
      const signal = AbortSignal.abort(new Error("enough"));
      await assert.rejects(prepareFer2013({ input, signal }), /enough/);
      Deno.removeSync(join(input, "fer2013.csv"));
      await assert.rejects(prepareFer2013({ input }), /fer2013\.csv: is missing/);
      Deno.mkdirSync(join(input, "fer2013.csv"));
      await assert.rejects(prepareFer2013({ input }), /is no ordinary file/);
    });
  },
});

Deno.test("split lines: the same lines, however the bytes come in pieces", async () => {
  const bytes = new TextEncoder().encode("\ufeffone\r\n\ntwo\n\r\nthree");
  for (let piece = 1; piece <= bytes.length; piece++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, n) => {
      return bytes.slice(n * piece, (n + 1) * piece);
    });
    const lines: [string, number][] = [];
    for await (const { line, end } of splitLines(ReadableStream.from(chunks), 8, "a file")) {
      lines.push([new TextDecoder().decode(line), end]);
    }
    assert.deepEqual(lines, [["one", 8], ["", 9], ["two", 13], ["", 15], ["three", 20]]);
  }
  const long = splitLines(ReadableStream.from([bytes]), 5, "a file");
  await assert.rejects(Array.fromAsync(long), /a file: line 1: is longer than 5 bytes/);
});
