/** What people already have still opens: files as an earlier version wrote them are resumed, evaluated, reported, predicted with and inspected. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readPrepared } from "../../datasets/prepared.ts";
import { writeSafetensors } from "../../network/safetensors.ts";
import { CHOICE, EVALUATION } from "../../run/documents/evaluation.ts";
import { METRICS } from "../../run/documents/metrics.ts";
import { RunError } from "../../run/errors.ts";
import { RunFolder } from "../../run/folder.ts";
import { loadModel } from "../../run/model.ts";
import { readRunRecord } from "../../run/record.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { classifyFaces, openModel, readModel } from "../../training/model.ts";
import { needs } from "../permissions.ts";
import { earlierFiles } from "../support/earlier.ts";
import { inTemporary } from "../support/files.ts";
import { withGpu } from "../support/gpu.ts";

const ignore = needs("read", "write", "ffi", "env");
// They load what needs permissions.
const { evaluateRun } = ignore ? {} as never : await import("../../run/evaluate.ts");
const { openRun } = ignore ? {} as never : await import("../../run/open.ts");
const { trainRun } = ignore ? {} as never : await import("../../run/train.ts");
const { gather } = ignore ? {} as never : await import("../../tasks/report/facts.ts");
const { renderReport } = ignore ? {} as never : await import("../../tasks/report/page.ts");
const { summarize } = ignore ? {} as never : await import("../../tasks/summary.ts");

Deno.test({
  name: "earlier files: a prepared folder is inspected, a run is reported, read by its models, resumed and evaluated",
  ignore,
  fn: withGpu((gpu) =>
    inTemporary(async (folder) => {
      await earlierFiles(folder, gpu.adapter.description);
      const [data, path] = [join(folder, "data"), join(folder, "run")];
      const run = new RunFolder(path);

      const dataset = await readPrepared(data);
      const { images, classes, actionUnits } = summarize(dataset);
      assert.deepEqual([images, classes.length, actionUnits.length], [80, 8, 18]);

      const evaluation = (await EVALUATION.read(run.file("evaluation.json")))!;
      assert.deepEqual([evaluation.chosen.step, evaluation.test.images, evaluation.options], [0, 8, undefined]);
      assert.equal((await METRICS.read(run.file("metrics.json")))!.test.images, 8);
      assert.deepEqual((await run.records()).map(({ step }) => step), [1, 2]);
      const { html, filters } = await renderReport(await gather(path));
      assert.equal(filters, 2);
      assert.match(html, /12\.5%/);

      for (const named of [path, join(folder, "model.safetensors")]) {
        const { model } = await loadModel(named);
        assert.deepEqual([model.info.crop, model.info.images, model.info.step], ["drawn", "drawn", 0]);
        using net = await openModel(gpu, model);
        const probabilities = await classifyFaces(net, model, dataset.images.subarray(0, 24 * 24));
        assert(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-5);
      }

      const notes: string[] = [];
      const onNote = (sentence: string) => void notes.push(sentence);
      const options = {
        data,
        run: path,
        variant: "cnn",
        steps: 3,
        batch: 4,
        checkpointEvery: 1,
        initScale: 1,
      } as const;
      const trained = await trainRun(gpu, { ...options, resume: true }, { onNote });
      assert.equal(trained!.step, 3);
      assert.match(notes.join("\n"), /^Going on from step 2$[^]*^Removed, since the run goes on: .*evaluation\.json/m);
      assert.deepEqual((await run.records()).map(({ step }) => step), [1, 2, 3]);

      const evaluated = await evaluateRun(gpu, await openRun(path));
      assert.deepEqual(evaluated.evaluation.checkpoints.map(({ step }) => step), [0, 1, 2, 3]);
      assert.equal((await EVALUATION.read(run.file("evaluation.json")))!.options!.select, "validation");
    })
  ),
});

Deno.test({
  name: "later files: a document of a version to come is refused in one sentence that names both versions",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (path) => {
      const run = new RunFolder(path);
      const documents = {
        "run.json": ["run", () => readRunRecord(run)],
        "metrics.json": ["metrics", () => METRICS.read(run.file("metrics.json"))],
        "evaluation.json": ["evaluation", () => CHOICE.read(run.file("evaluation.json"))],
      } as const;
      for (const [name, [format, read]] of Object.entries(documents)) {
        await Deno.writeTextFile(run.file(name), JSON.stringify({ format: `aulens ${format} 2`, anything: "else" }));
        await assert.rejects(read, (error) => {
          assert(error instanceof RunError);
          assert.deepEqual([error.file, error.field], [run.file(name), "format"]);
          assert.match(error.message, /version 2 of its format, and this aulens reads up to version 1\. Remedy: /);
          return true;
        });
      }
    }),
});

Deno.test("later files: a model and a checkpoint of a version to come are refused in one sentence that names both versions", () => {
  for (const [format, read] of [["aulens model", readModel], ["aulens checkpoint", readCheckpoint]] as const) {
    assert.throws(
      () => read(writeSafetensors({}, { format: `${format} 2`, info: "{}" })),
      /cannot be read: it is of version 2 of its format, and this aulens reads up to version 1\. Remedy: /,
    );
  }
});
