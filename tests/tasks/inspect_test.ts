/** `deno task inspect`: what it says, and that people on both sides of a split make it fail. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { writePrepared } from "../../datasets/prepared.ts";
import { subjectDoubts } from "../../datasets/subject_doubts.ts";
import { subjectOverlaps } from "../../datasets/subject_overlap.ts";
import { summarize, summaryLines } from "../../tasks/summary.ts";
import { needs } from "../permissions.ts";
import { run } from "../support/process.ts";
import { commandLine } from "../support/task.ts";

const root = new URL("../..", import.meta.url);

/** Eight images of four people, in folds that hold whole people. */
async function make(changes: Partial<Dataset> = {}): Promise<Dataset> {
  const dataset = {
    name: "tiny",
    imageSize: 8,
    classNames: ["sad", "happy"],
    images: Uint8Array.from({ length: 8 * 64 }, (_, i) => i % 251),
    labels: Int32Array.of(0, 1, 1, 1, 0, 1, -1, 1),
    subjects: Int32Array.of(0, 0, 1, 1, 2, 2, 3, -1),
    folds: Int32Array.of(0, 0, 1, 1, 2, 2, 0, -1),
    foldColumns: 1,
    ...changes,
  };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

/** Runs the command that deno.json names, without deno.json's own shell. */
async function inspect(...args: string[]) {
  const [, ...words] = commandLine("inspect");
  return await run("deno", { args: [...words, ...args], cwd: root });
}

Deno.test("subject overlap: a person in two folds, or in two parts of one split, is named; another split's part is not", () => {
  const find = (subjects: number[], folds: number[], rest: Partial<Dataset> = {}) =>
    subjectOverlaps({ subjects: Int32Array.from(subjects), folds: Int32Array.from(folds), foldColumns: 1, ...rest });
  assert.deepEqual(find([0, 0, 1, 1], [0, 0, 1, 1]), []);
  assert.deepEqual(find([7, 7, 7, 1], [4, 0, 4, 0]), [{ subject: 7, folds: [0, 4] }]);
  assert.deepEqual(find([-1, -1, 3, 3], [0, 1, 2, -1]), [], "nobody known, or not used");
  const two = { foldColumns: 2 };
  assert.deepEqual(find([5, 5], [0, 2, 0, 2], two), [], "train of one split and test of the other");
  assert.deepEqual(find([5, 5], [0, 2, 1, 2], two), [{ subject: 5, split: 0, folds: [0, 1] }]);
  assert.deepEqual(find([5, 5], [0, 2], { foldKind: "splits" }), [{ subject: 5, split: 0, folds: [0, 2] }]);
});

Deno.test("subject doubts: several subjects of a single class each are told; few, unknown and unlabelled ones are not", () => {
  const told = (labels: number[], subjects: number[]) =>
    subjectDoubts({ labels: Int32Array.from(labels), subjects: Int32Array.from(subjects) });
  assert.match(told([0, 0, 1, 1, 0], [0, 1, 2, 3, 4]).join(), /^each of the 5 subjects has images of a single class/);
  assert.deepEqual(told([0, 0, 1, 1, 0, 1], [0, 1, 2, 3, 4, 4]), [], "one smiles and is sad");
  assert.deepEqual(told([0, 1, 1, 0], [0, 1, 2, 3]), [], "four people");
  assert.deepEqual(told([0, 0, 0, 0, 0], [0, 1, 2, 3, 4]), [], "a single class");
  assert.deepEqual(told([0, 1, -1, 0, 1, 0], [0, 1, 0, -1, 2, 3]), [], "four who are known and labelled");
});

Deno.test("summary: classes, people, folds and official splits are counted", async () => {
  const summary = summarize(await make());
  assert.deepEqual(summary.classes, [{ name: "sad", images: 2 }, { name: "happy", images: 5 }]);
  assert.deepEqual([summary.unlabelled, summary.subjects, summary.imagesWithoutSubject, summary.unused], [1, 4, 1, 1]);
  assert.deepEqual(summary.folds, [0, 1, 2].map((fold) => ({ fold, images: [3, 2, 2][fold] })));
  const split = await make({ foldKind: "splits", folds: Int32Array.of(0, 0, 0, 1, 1, 2, 0, -1) });
  assert.deepEqual(summarize(split).splits, [{ train: 4, validation: 2, test: 1 }]);
  assert.match(summaryLines(summarize(split)).join("\n"), /split {2}train {2}validation {2}test\n {4}0 {6}4/);
  const lines = summaryLines(summarize(await make({ classNames: ["\x1b[2Jsad", "happy"] }))).join("\n");
  assert(!lines.includes("\x1b"), lines);
});

Deno.test({
  name: "inspect: sums up a folder for people and programs, fails for what is wrong, and writes only what is asked for",
  ignore: needs("read", "write", "run"),
  async fn() {
    const folder = Deno.makeTempDirSync();
    try {
      const good = join(folder, "good"), bad = join(folder, "bad"), picture = join(folder, "sheet.png");
      const warnings = ["frames are missing: S005/001\u009b2J"];
      await writePrepared(good, await make(), { crop: "none", warnings });
      await writePrepared(bad, await make({ foldKind: "splits", folds: Int32Array.of(0, 2, 1, 1, 2, 2, 0, 0) }));
      const files = () => [...Deno.readDirSync(good)].map(({ name }) => name).sort();
      const before = files();
      const [text, json, leaking, nothing] = await Promise.all([
        inspect(good, "--contact-sheet", picture),
        inspect(good, "--json"),
        inspect(bad),
        inspect(join(folder, "nowhere")),
      ]);
      assert.equal(text.code, 0, text.stderr);
      assert.match(text.stdout, /tiny: 8 images of 8 x 8 pixels\n {2}sad +2\n {2}happy +5\n/);
      assert.match(text.stdout, /"crop":"none"/);
      // deno-lint-ignore no-control-regex
      for (const { stdout } of [text, json]) assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      assert.equal(Deno.readFileSync(picture)[1], 0x50);
      assert.deepEqual(files(), before);
      assert.equal(text.stderr, "warning: frames are missing: S005/001\\u009b2J\n");

      const parsed = JSON.parse(json.stdout);
      assert.equal(json.code, 0, json.stderr);
      const { images, details, subjectOverlaps } = parsed;
      assert.deepEqual([images, details, subjectOverlaps], [8, { crop: "none", warnings }, []]);
      assert.deepEqual(parsed.warnings, warnings);

      assert.equal(leaking.code, 1);
      assert.match(leaking.stderr, /^error: subject 0 stands in train and test of split 0\n$/);
      assert.equal(nothing.code, 1);
      assert.match(nothing.stderr, /nowhere\/meta\.json: is missing; is this a prepared folder\?/);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
