/** What tasks have written, read back damaged, lied about, or put in another's place: refused by file and field, never shown as it stands. */

import assert from "node:assert/strict";
import { readCheckpointFile, readText } from "../../run/documents/read.ts";
import { RunError } from "../../run/errors.ts";
import { finishedRun } from "../../run/cross_validation/finished.ts";
import { type Manifest, readManifest } from "../../run/cross_validation/manifest.ts";
import { readRunFiles } from "../../tasks/report/read/run_files.ts";
import { RunFolder } from "../../run/folder.ts";
import { loadModel } from "../../run/model.ts";
import { readRunRecord } from "../../run/record.ts";
import { EVALUATION, LOG, RUN } from "../fuzz/parsers/documents.ts";
import { needs } from "../permissions.ts";
import { changed } from "../support/documents.ts";
import { inTemporary } from "../support/files.ts";

const ignore = needs("read", "write");

/** The error of reading, which must be a user's and fit for a terminal. */
async function refusal(read: () => Promise<unknown>, what: string): Promise<string> {
  const error = await read().then(() => undefined, (error) => error);
  assert(error instanceof RunError, `${what}: ${error?.stack ?? "was read"}`);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(error.message, /[\x00-\x09\x0b-\x1f\x7f-\x9f]|Cannot read|is not iterable/, what);
  return error.message;
}

Deno.test(
  { name: "documents: run.json with a field that lies is refused by the field's name", ignore },
  () =>
    inTemporary(async (folder) => {
      const read = () => readRunRecord(new RunFolder(folder));
      const write = (text: string) => Deno.writeTextFile(`${folder}/run.json`, text);
      const lies: [path: string, value: unknown, message: RegExp][] = [
        ["given", null, /given is null, expected a table/],
        ["given.select", "best", /given.select is "best", expected one of validation, original, last/],
        ["steps", 0, /steps is 0, expected a whole number of 1 or more/],
        ["checkpointEvery", "100", /checkpointEvery is "100"/],
        ["settings", undefined, /settings is undefined/],
        ["settings.split", -1, /split is -1/],
        ["settings.split", "x", /split is "x"/],
        ["settings.batch", { toString: 1 }, /batch is \{"toString":1\}/],
        ["settings.seed", [], /seed is \[\]/],
        ["network", "x", /network is "x", expected a table/],
        ["network.classes", 1, /network.classes is 1/],
        ["dataset", undefined, /dataset is undefined, expected a table/],
        ["dataset.name", "\u009b2J", /dataset.name is "\\u009b2J", expected text/],
        ["dataset.folder", 7, /dataset.folder is 7/],
        ["dataset.classNames", ["a", null], /dataset.classNames.1 is null, expected text/],
        ["adapter", [], /adapter is \[\], expected a table/],
        ["versions", undefined, /versions is undefined/],
      ];
      await write(JSON.stringify(RUN));
      assert.equal((await read()).dataset.name, "tfd");
      for (const [path, value, message] of lies) {
        await write(changed(RUN, path, value));
        assert.match(await refusal(read, path), message);
      }
      await write('{"steps":\x1b[2J\n}');
      assert.match(await refusal(read, "escape"), /run\.json: is not what train writes: .*\\u001b/);
      await write("[".repeat(1e5));
      await refusal(read, "depth");
    }),
);

Deno.test(
  { name: "documents: a file without an end, a hole of a terabyte, a folder: none is read", ignore },
  () =>
    inTemporary(async (folder) => {
      const path = `${folder}/log.jsonl`;
      const places: [put: () => Promise<void>, message: RegExp][] = [
        [() => Deno.symlink("/dev/zero", path), /is no ordinary file/],
        [() => Deno.mkdir(path), /is no ordinary file/],
        [() => Deno.writeTextFile(path, "").then(() => Deno.truncate(path, 2 ** 40)), /has 1099511627776 bytes/],
        [() => Deno.symlink(path, path), /cannot be read/],
      ];
      for (const [put, message] of places) {
        await put();
        const before = Deno.memoryUsage().rss;
        for (
          const read of [() => readText(path), () => readCheckpointFile(path), () => new RunFolder(folder).records()]
        ) {
          assert.match(await refusal(read, String(message)), message);
        }
        assert(Deno.memoryUsage().rss - before < 2 ** 27);
        await Deno.remove(path);
      }
      assert.equal(await readText(path), undefined);
      assert.match(await refusal(() => readCheckpointFile(path), "missing"), /log\.jsonl: is missing/);
    }),
);

Deno.test(
  { name: "documents: a line of the log that is no record is named; a last one cut short is left out", ignore },
  () =>
    inTemporary(async (path) => {
      const folder = new RunFolder(path);
      const good = LOG.split("\n")[0];
      const write = (text: string) => Deno.writeTextFile(folder.file("log.jsonl"), text);
      for (
        const line of [
          "",
          "null",
          "7",
          "{}",
          good.replace("10", "-1"),
          good.replace('"loss":1.1', '"loss":"1"'),
          good.slice(0, 20),
        ]
      ) {
        for (const end of ["", `${good}\n`]) {
          await write(`${good}\n${line}\n${end}`);
          assert.match(await refusal(() => folder.records(), line), /log\.jsonl: line 2 is .*Remedy/);
        }
      }
      for (const line of ["", '{"st', good.slice(0, 20), "\0".repeat(40), good.replace("10", "-1")]) {
        await write(`${good}\n${line}`);
        assert.deepEqual(await folder.records(), [JSON.parse(good)], line);
      }
      // Neither the beginning of a record nor what a power loss leaves of one.
      for (const line of ["null", "7", "{}", "<svg/>", `x${good}`]) {
        await write(`${good}\n${line}`);
        assert.match(await refusal(() => folder.records(), line), /log\.jsonl: line 2 is .*Remedy/);
      }
      await write(`${good}\n${good}`);
      assert.equal((await folder.records()).length, 2, "only the line's end is missing");
    }),
);

const RUNS = [{ name: "cnn_ad-split2-seed7", variant: "cnn_ad" as const, split: 2, seed: 7 }];
const MANIFEST: Manifest = {
  selection: "validation",
  options: {} as Manifest["options"],
  steps: 200,
  fingerprint: RUN.dataset.fingerprint,
  runs: RUNS,
};

Deno.test(
  { name: "documents: a manifest that lies is refused, a run's evaluation that lies is made again", ignore },
  () =>
    inTemporary(async (folder) => {
      const lies: [path: string, value: unknown, message: RegExp][] = [
        ["format", "\x1b[2J", /its format is "\\u001b\[2J", expected "aulens cross-validation 1"/],
        ["selection", "best", /selection is "best"/],
        ["options", undefined, /options is undefined/],
        ["steps", 1.5, /steps is 1.5/],
        ["fingerprint", 7, /fingerprint is 7/],
        ["runs", null, /runs is null/],
        ["runs", [{ ...RUNS[0], name: "../../x" }], /runs.0.name is "\.\.\/\.\.\/x", expected cnn_ad-split2-seed7/],
        ["runs", [{ ...RUNS[0], variant: { toString: 1 } }], /runs.0.variant is \{"toString":1\}/],
      ];
      for (const [path, value, message] of lies) {
        await Deno.writeTextFile(`${folder}/manifest.json`, changed(MANIFEST, path, value));
        assert.match(await refusal(() => readManifest(folder), path), message);
      }
      await Deno.mkdir(`${folder}/runs/${RUNS[0].name}`, { recursive: true });
      const evaluate = async (text: string) => {
        await Deno.writeTextFile(`${folder}/runs/${RUNS[0].name}/evaluation.json`, text);
        return await finishedRun(folder, RUNS[0], MANIFEST);
      };
      assert.equal((await evaluate(JSON.stringify(EVALUATION)))?.evaluation.test.images, 20);
      const wrong: [path: string, value: unknown][] = [
        ["classNames", undefined],
        ["rule", null],
        ["chosen.accuracy", undefined],
        ["test.balancedAccuracy", "x"],
        ["test.byGroup", [{ subject: 3, image: null, images: 2 ** 40, hits: 1 }]],
        ["test.byGroup", [null]],
        ["test.confusion", [[9, 1]]],
        ["test.confusion", [[9, 1], [1, 90]]],
        ["test.images", 2 ** 50],
      ];
      for (const [path, value] of wrong) {
        assert.equal(await evaluate(changed(EVALUATION, path, value)), undefined, path);
      }
    }),
);

Deno.test(
  { name: "documents: the report and whoever needs a model refuse a run folder that is damaged", ignore },
  () =>
    inTemporary(async (folder) => {
      await Deno.writeTextFile(`${folder}/run.json`, JSON.stringify(RUN));
      await Deno.writeTextFile(`${folder}/evaluation.json`, '{"test":\x1b[2J\n}');
      assert.match(
        await refusal(() => readRunFiles(folder), "report"),
        /evaluation\.json: is not what evaluate writes/,
      );
      await Deno.mkdir(`${folder}/checkpoints`);
      await Deno.writeTextFile(`${folder}/checkpoints/step-000200.safetensors`, "");
      assert.match(await refusal(() => loadModel(folder), "model"), /evaluation\.json: is not what evaluate writes/);
      await Deno.writeTextFile(`${folder}/evaluation.json`, '{"chosen":{"step":"\u009b"}}');
      assert.match(await refusal(() => loadModel(folder), "model"), /chosen\.step is "\\u009b"/);
    }),
);
