/** `deno task correspond` as a user types it, on a few small drawn faces. */

import assert from "node:assert/strict";
import { layerResponses } from "../../analysis/responses.ts";
import { actionUnitCorrespondence } from "../../analysis/statistics/correspondence.ts";
import { readPrepared, writePrepared } from "../../datasets/prepared.ts";
import { splitIndices } from "../../datasets/split.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { observe } from "../../analysis/action_units/observations.ts";
import { readCheckpoint, restore } from "../../training/checkpoint.ts";
import { needs } from "../permissions.ts";
import { runTask } from "../support/task.ts";
import { runTaskHere } from "../support/task_here.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");

Deno.test({
  name: "correspond leaves tables, pictures, a read-out and the truth test, with the library's numbers",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "aulens correspond " });
    try {
      const data = `${folder}/faces`, run = `${folder}/run`;
      const drawn = await runTask(
        ...["prepare", "synthetic", "--image-size", "16", "--subjects", "20", "--images-per-subject", "8"] as const,
        ...["--seed", "3", "--output", data],
      );
      assert.equal(drawn.code, 0, drawn.stderr);
      const train = ["--data", data, "--run", run, "--steps", "2", "--batch", "4", "--variant", "cnn", "--seed", "5"];
      const trained = await runTaskHere("train", ...train, "--select", "last");
      assert.equal(trained.code, 0, trained.stderr);

      const options = ["--permutations", "99", "--minimum-support", "3", "--on", "all", "--select", "last"];
      const otherwise = ["--bins", "5", "--range", "quantiles", "--smoothing", "0.5", "--statistic", "kl"];
      // What an earlier comparison left goes with it.
      await Deno.mkdir(`${run}/correspondence/conv2`, { recursive: true });
      await Deno.writeTextFile(`${run}/correspondence/conv2/heat_map.png`, "of other images");
      const [all, hidden, unsupported] = await Promise.all([
        runTask("correspond", run, ...options),
        runTaskHere("correspond", run, ...options, "--layer", "fc4", ...otherwise),
        runTaskHere("correspond", run, "--layer", "conv2", "--permutations", "9", "--minimum-support", "1000"),
      ]);
      assert.equal(all.code, 0, all.stderr);
      assert.match(all.stdout, /^12 lip corner puller +\d+ +\d+ +\d\.\d\d +\d\.\d\d \[/m);
      assert.match(all.stdout, /^Truth test: \d+% of the best filters' projections lie inside/m);
      assert.match(all.stdout, /^Read-out: mean AUC \d\.\d\d \(random weights/m);
      const names = async (layer: string) =>
        (await Array.fromAsync(Deno.readDir(`${run}/correspondence/${layer}`), ({ name }) => name)).sort();
      const tables = ["correspondence.csv", "correspondence.json", "probe.json"];
      const pictures = ["divergences.png", "heat_map.png"];
      assert.deepEqual(await names("conv3"), ["action_units.json", "action_units.png", ...tables, ...pictures].sort());
      assert.equal(hidden.code, 0, hidden.stderr);
      assert.deepEqual(await names("fc4"), [...tables, ...pictures].sort());
      assert.match(hidden.stdout, /no truth test/);
      assert.equal(unsupported.code, 0, unsupported.stderr);
      assert.deepEqual(await names("conv2"), tables);
      const { selection } = JSON.parse(await Deno.readTextFile(`${run}/correspondence/conv2/correspondence.json`));
      assert.equal(selection, "last", "what the run was trained for");
      assert.match(unsupported.stdout, /No Action Unit has enough support among 16 images/);
      assert.match(unsupported.stdout, /Not tested: 12 lip corner puller: \d+ groups show it, fewer than 1000/);

      const dataset = await readPrepared(data);
      const parts = splitIndices(dataset, 0);
      const rows = Uint32Array.from([...parts.train, ...parts.validation, ...parts.test]).sort();
      using gpu = await openGpu();
      using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 8, seed: 5, initialScale: 1.4 });
      await restore(net, readCheckpoint(await Deno.readFile(`${run}/checkpoints/step-000002.safetensors`)));
      const { responses } = await layerResponses(net, { dataset, rows, normalization: "local-mean" }, {
        layer: "conv3",
      });
      const seen = observe(dataset, rows);
      const expected = actionUnitCorrespondence({ responses, ...seen }, { permutations: 99, minimumSupport: 3 });
      const text = await Deno.readTextFile(`${run}/correspondence/conv3/correspondence.csv`);
      const [header, ...lines] = text.trimEnd().split("\n").map((line) => line.split(","));
      assert.deepEqual(header.slice(0, 8), ["unit", "name", "filter", "kl", "auc", "p", "adjusted", "familywise"]);
      assert.equal(lines.length, 256 * expected.support.filter(({ untested }) => untested === undefined).length);
      for (const [unit, , filter, kl, auc, p, adjusted, familywise] of lines.map((line) => line.map(Number))) {
        const at = seen.actionUnits.indexOf(unit) * 256 + filter;
        const { kl: divergence, auc: area } = expected;
        assert(Math.abs(kl - divergence[at]) < 1e-12 && Math.abs(auc - area[at]) < 1e-12, `${unit} ${filter}`);
        assert.deepEqual([p, adjusted, familywise], [expected.p[at], expected.adjusted[at], expected.familywise[at]]);
      }
      const found = JSON.parse(await Deno.readTextFile(`${run}/correspondence/conv3/correspondence.json`));
      assert.deepEqual([found.layer, found.images, found.checkpoint, found.selection], ["conv3", 160, 2, "last"]);
      const { bins, range, smoothing, statistic } = found.options;
      assert.deepEqual([bins, range, smoothing, statistic], [10, "full", 1, "auc"]);
      const { responses: units } = await layerResponses(net, { dataset, rows, normalization: "local-mean" }, {
        layer: "fc4",
      });
      const other = actionUnitCorrespondence({ responses: units, ...seen }, {
        ...{ permutations: 99, minimumSupport: 3, bins: 5, range: "quantiles", smoothing: 0.5, statistic: "kl" },
      });
      const { units: [{ mostDivergent }], options: { statistic: of } } = JSON.parse(
        await Deno.readTextFile(`${run}/correspondence/fc4/correspondence.json`),
      );
      assert.deepEqual([of, mostDivergent.length], ["kl", 10]);
      for (const { filter, kl, familywise, nullAuc } of mostDivergent) {
        assert.deepEqual(
          [kl, familywise, nullAuc],
          [other.kl, other.familywise, other.nullAuc].map((row) => row[filter]),
        );
      }
      const smile = found.units.find(({ unit }: { unit: number }) => unit === 12);
      assert.deepEqual([smile.name, smile.className, smile.carries], ["lip corner puller", "happy", true]);
      assert.equal(smile.mostDivergent.length, 10);
      const { inside, chance, ratio, randomised } = smile.truth;
      assert(inside > 0 && inside < 1 && chance > 0 && Math.abs(ratio - inside / chance) < 1e-12);
      assert(randomised.projections > 0 && randomised.inside !== inside);
      const probe = JSON.parse(await Deno.readTextFile(`${run}/correspondence/conv3/probe.json`));
      assert.equal(probe.units.length, 18);
      assert.match(probe.rule, /every fold in turn/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "correspond refuses a run without Action Units, and what is no run, with the remedy",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const data = `${folder}/data`, run = `${folder}/run`;
      await writePrepared(data, await tinyDataset({ classes: 4 }), { source: "a test" });
      const trained = await runTaskHere("train", "--data", data, "--run", run, "--steps", "1", "--batch", "2");
      assert.equal(trained.code, 0, trained.stderr);
      const [blind, none, layer] = await Promise.all([
        runTaskHere("correspond", run),
        runTaskHere("correspond", data),
        runTaskHere("correspond", run, "--layer", "conv7"),
      ]);
      // What is out of range is refused before anything is looked at.
      const bounds = [
        ["--bins", "70000", "from 2 to 65536"],
        ["--permutations", "200000", "from 1 to 100000"],
        ["--range", "2,1", "full, quantiles, or two numbers"],
        ["--smoothing", "0", "above 0"],
        ["--statistic", "t", "auc, kl"],
        ["--seed", "4294967296", "from 0 to 4294967295"],
        ["--minimum-support", "1000001", "from 1 to 1000000"],
      ];
      await Promise.all(bounds.map(async ([option, value, range]) => {
        const { code, stderr } = await runTaskHere("correspond", data, option, value);
        assert.notEqual(code, 0);
        assert.match(stderr, new RegExp(`${option}.*${value}.*${range}`));
      }));
      assert.match(blind.stderr, /^\s*error: .*no Action Units are known of the images of tiny\. Remedy: /);
      assert.match(none.stderr, /this is not a run folder/);
      assert.match(layer.stderr, /--layer.*conv7.*conv3/);
      for (const { code, stdout, stderr } of [blind, none, layer]) {
        assert.notEqual(code, 0);
        assert.equal(stdout, "");
        assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/, "a stack trace");
      }
      const left = await Array.fromAsync(Deno.readDir(run), ({ name }) => name);
      assert(!left.includes("correspondence"), `${left}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
