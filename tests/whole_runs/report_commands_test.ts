/** The commands that a report prints, run again: they give the same bytes, whatever options were given at first. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { writePrepared } from "../../datasets/prepared.ts";
import { openGpu } from "../../gpu/device.ts";
import { needs } from "../permissions.ts";
import { commands } from "../../tasks/report/commands.ts";
import { readRunFiles } from "../../tasks/report/read/run_files.ts";
import { CORRESPOND_OPTIONS, parseArguments as correspondArguments } from "../../tasks/correspond/options.ts";
import { EVALUATE_OPTIONS, parseArguments as evaluateArguments } from "../../tasks/evaluate/options.ts";
import { parseArguments as trainArguments, TRAIN_OPTIONS } from "../../tasks/train/options.ts";
import { parseArguments as visualizeArguments, VISUALIZE_OPTIONS } from "../../tasks/visualize/options.ts";
import { inTemporary } from "../support/files.ts";
import { writeReportRun } from "../support/report_run.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { quietly } from "../support/trained_run.ts";

const ignore = needs("read", "write", "ffi", "env");
const signal = new AbortController().signal;

/** A task in this process, where it was granted what it needs. */
async function runHere(task: string, argv: string[]): Promise<void> {
  const { evaluateTask } = await import("../../tasks/evaluate.ts");
  const { visualizeTask } = await import("../../tasks/visualize.ts");
  const { correspondTask } = await import("../../tasks/correspond.ts");
  const { reportTask } = await import("../../tasks/report.ts");
  const { parseArguments } = await import("../../tasks/train/options.ts");
  const { trainRun } = await import("../../run/train.ts");
  const tasks: Record<string, () => Promise<unknown>> = {
    async train() {
      using gpu = await openGpu();
      await trainRun(gpu, parseArguments(argv), { signal });
    },
    evaluate: () => evaluateTask(argv, signal),
    visualize: () => visualizeTask(argv, signal),
    correspond: () => correspondTask(argv, signal),
    report: () => reportTask(argv),
  };
  await quietly(tasks[task]);
}

/** Striped images of 8 x 8 pixels, of people who show two Action Units. */
async function striped(seed: number): Promise<Dataset> {
  const tiny = await tinyDataset({ classes: 2, folds: 3, perFold: 12, seed });
  const units = Uint8Array.from([...tiny.labels].flatMap((label, n) => [label, Number(n % 3 === 0)]));
  const dataset = { ...tiny, actionUnits: [1, 12], units };
  return { ...dataset, fingerprint: await fingerprint(dataset) };
}

/** Bytes of all files of a folder by their names, but for those that hold times and places. */
async function contents(folder: string, into = new Map<string, string>(), at = ""): Promise<Map<string, string>> {
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${at}`)) {
    const path = `${at}${name}`;
    if (isDirectory) await contents(folder, into, `${path}/`);
    else if (!["run.json", "log.jsonl", ".lock"].includes(path)) {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${path}`));
      into.set(path, new Uint8Array(digest).toHex());
    }
  }
  return into;
}

const TRAIN = "--variant cnn_d --split 1 --steps 4 --batch 3 --seed 9 --checkpoint-every 2 --weight-decay 0.00001";
const FIRST = [
  "evaluate RUN",
  "evaluate RUN --on OTHER --select last",
  "visualize RUN --filters 17,255 --top 2 --controls 2 --method gradient --distinct-subjects",
  "correspond RUN --minimum-support 2 --bins 4 --range quantiles --smoothing 0.5 --statistic kl " +
  "--permutations 9 --seed 2",
  "report RUN",
];

Deno.test({
  name: "report: its commands, typed anew, give equal bytes",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      await writePrepared(`${folder}/data`, await striped(1), { source: "a test" });
      await writePrepared(`${folder}/other`, await striped(2), { source: "a test" });
      const words = (line: string, run: string) => {
        const places: Record<string, string> = {
          RUN: `${folder}/${run}`,
          DATA: `${folder}/data`,
          OTHER: `${folder}/other`,
        };
        return line.split(/\s+/).map((word) => places[word] ?? word);
      };
      for (const line of [`train --data DATA --run RUN ${TRAIN}`, ...FIRST]) {
        const [task, ...argv] = words(line, "first");
        await runHere(task, argv);
      }
      const html = await Deno.readTextFile(`${folder}/first/report.html`);
      const shown = /<pre tabindex="0"><code>(.*?)<\/code><\/pre>/s.exec(html)![1];
      const lines = shown.replaceAll("&#39;", "'").replaceAll(/ \\\n +/g, " ").split("\n");
      // conv1 was not looked at.
      const computed = lines.filter((line) => !line.includes("--layer conv1"));
      const tasks = ["train", "evaluate", "evaluate", "visualize", "correspond", "report"];
      assert.deepEqual(computed.map((line) => line.split(" ")[2]), tasks);
      for (const line of computed) {
        const [task, ...argv] = words(line.replace(/^deno task /, ""), "again");
        await runHere(task, argv);
      }
      const [first, again] = [await contents(`${folder}/first`), await contents(`${folder}/again`)];
      assert.ok(first.size > 15, `${[...first.keys()]}`);
      const differ = [...new Set([...first.keys(), ...again.keys()])].filter((name) =>
        first.get(name) !== again.get(name)
      );
      assert.deepEqual(differ, []);
    }),
});

Deno.test({
  name: "report: its commands, parsed by their tasks, are the options in force",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const edit = async (name: string, change: (document: Record<string, unknown>) => unknown, from = name) => {
        const document = JSON.parse(await Deno.readTextFile(`${path}/${from}`));
        await Deno.mkdir(dirname(`${path}/${name}`), { recursive: true });
        await Deno.writeTextFile(`${path}/${name}`, JSON.stringify(change(document)));
      };
      const first = {
        ...{ layer: "conv1", filters: [3, 60], top: 30, method: "deconvnet", distinctSubjects: true, controls: 7 },
        select: "last",
      };
      const third = { ...first, layer: "conv3", method: "gradient", distinctSubjects: false };
      const hidden = {
        ...{ layer: "fc4", on: "all", minimumSupport: 4, bins: 77, range: [-0.5, 1e-7], smoothing: 1e-9 },
        ...{ statistic: "kl", permutations: 12345, seed: 2 ** 32 - 1, select: "original" },
      };
      const other = { select: "last" };
      const [looked, found] = ["visualization/conv3/visualization.json", "correspondence/conv3/correspondence.json"];
      await edit(
        "visualization/conv1/visualization.json",
        (one) => ({ ...one, layer: "conv1", options: first }),
        looked,
      );
      await edit(looked, (one) => ({ ...one, options: third }));
      await edit("correspondence/fc4/correspondence.json", (one) => ({ ...one, layer: "fc4", options: hidden }), found);
      await edit(
        "evaluation_on_it-00000000.json",
        (one) => ({
          ...one,
          trainedOn: "us",
          testedOn: "it",
          shareImages: false,
          leftOut: [],
          step: 100,
          options: other,
        }),
        "evaluation.json",
      );
      const files = await readRunFiles(path, "elsewhere");
      const argv = commands(files).map((line) => line.replaceAll(/ \\\n +/g, " ").split(" ").slice(2));
      const parsed = (task: string, parse: (argv: string[]) => object) =>
        argv.filter(([name]) => name === task).map(([, ...words]) => parse(words));
      assert.deepEqual(
        parsed("visualize", visualizeArguments),
        [third, first].map((options) => (
          { ...options, run: "RUN", steps: 64 }
        )),
      );
      const [, hiddenFound] = parsed("correspond", correspondArguments);
      const { layer, on, select, ...statistics } = hidden;
      assert.deepEqual(hiddenFound, { run: "RUN", layer, on, select, statistics, data: undefined });
      assert.deepEqual(parsed("evaluate", evaluateArguments), [
        { ...files.evaluation!.options, run: "RUN", json: false },
        { ...other, run: "RUN", on: "OTHER", json: false },
      ]);
      const { given: _, settings, network, steps, checkpointEvery } = files.record;
      assert.deepEqual(parsed("train", trainArguments), [{
        ...{ variant: settings.variant, split: settings.split, seed: settings.seed, select: "validation", steps },
        ...{ batch: settings.batch, imageSize: network.imageSize, normalization: settings.normalization },
        ...{ learningRate: settings.learningRate, momentum: settings.momentum, weightDecay: settings.weightDecay },
        ...{ checkpointEvery, initScale: network.initialScale, convolution: network.convolution },
        ...{ data: "DATA", run: "RUN", resume: false, dataset: undefined },
      }]);
      assert.deepEqual(argv.at(-1), ["report", "RUN", "--data", "DATA"]);
      // Every option of every list is among them, so that none is left out here.
      const named = new Set(argv.flat());
      const all = [...TRAIN_OPTIONS, ...EVALUATE_OPTIONS, ...VISUALIZE_OPTIONS, ...CORRESPOND_OPTIONS];
      assert.deepEqual(all.map(({ long }) => long!).filter((option) => !named.has(option)), []);
    }),
});
