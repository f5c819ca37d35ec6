/** `deno task visualize` as a user types it, on a run small enough for seconds. */
import assert from "node:assert/strict";
import { writePrepared } from "../../datasets/prepared.ts";
import { randomizedControl } from "../../analysis/control.ts";
import { receptiveWindow } from "../../analysis/layer.ts";
import { structuralSimilarity as structuralSimilarityOf } from "../../analysis/pictures/structural_similarity.ts";
import { projectUnits } from "../../analysis/projection.ts";
import { topActivations } from "../../analysis/top_activations.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { readCheckpoint, restore } from "../../training/checkpoint.ts";
import { normalize } from "../../training/draws.ts";
import { needs } from "../permissions.ts";
import { largest } from "../support/compare.ts";
import { names } from "../support/files.ts";
import { interruptTask, runTask } from "../support/task.ts";
import { runTaskHere } from "../support/task_here.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");

/** Width and height in a PNG file's header. */
async function pngSize(path: string): Promise<[number, number]> {
  const bytes = await Deno.readFile(path);
  assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47], path);
  const view = new DataView(bytes.buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test({
  name: "visualize writes sheets, an overview and the library's numbers; explains an image; refuses what is not there",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "aulens visualize " });
    try {
      const dataset = await tinyDataset({ imageSize: 16, classes: 3, folds: 5, perFold: 6 });
      const [data, run] = [`${folder}/data`, `${folder}/run`];
      await writePrepared(data, dataset, { source: "a test" });
      const trained = await runTaskHere(
        "train",
        ...["--data", data, "--run", run, "--steps", "2", "--batch", "2", "--init-scale", "1", "--variant", "cnn"],
        ...["--select", "last"],
      );
      assert.equal(trained.code, 0, trained.stderr);

      const args = [
        "--layer",
        "conv2",
        "--filters",
        "7,3,7",
        "--top",
        "4",
        "--distinct-subjects",
        "--select",
        "last",
        "--controls",
        "2",
      ];
      const { code, stdout, stderr } = await runTask("visualize", run, ...args);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^checkpoint +step 2: the last checkpoint/m);
      assert.match(stdout, /^control +structural similarity with random weights −?\d\.\d\d/m);
      const visualization = `${run}/visualization`;
      assert.deepEqual(await names(visualization), ["conv2"]);
      const written = ["filter-003.png", "filter-007.png", "overview.png", "visualization.json"];
      assert.deepEqual(await names(`${visualization}/conv2`), written);
      for (const name of written.slice(0, 3)) {
        const [width, height] = await pngSize(`${visualization}/conv2/${name}`);
        assert(width > 500 && height > 300, `${name} is ${width} x ${height}`);
      }

      const found = JSON.parse(await Deno.readTextFile(`${visualization}/conv2/visualization.json`));
      assert.deepEqual(
        [
          found.layer,
          found.method,
          found.images,
          found.checkpoint.step,
          found.receptiveField.size,
          found.control.draws,
        ],
        ["conv2", "guided", 30, 2, 18, 2],
      );
      using gpu = await openGpu();
      using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 3, seed: 1, initialScale: 1 });
      await restore(net, readCheckpoint(await Deno.readFile(`${run}/checkpoints/step-000002.safetensors`)));
      const rows = Uint32Array.from({ length: 30 }, (_, row) => row);
      const expected = await topActivations(net, { dataset, rows, normalization: "local-mean" }, {
        layer: "conv2",
        top: 4,
        distinctSubjects: dataset.subjects,
      });
      assert.deepEqual(found.filters.map(({ filter }: { filter: number }) => filter), [3, 7]);
      for (const { filter, hits, structuralSimilarity, selectivity } of found.filters) {
        assert.deepEqual(
          hits.map(({ image, y, x, activation }: Record<string, number>) => ({ image, y, x, activation })),
          expected[filter],
        );
        const subjects = hits.map(({ subject }: { subject: number }) => subject);
        assert.deepEqual(subjects, expected[filter].map(({ image }) => dataset.subjects[image]));
        assert.equal(new Set(subjects).size, subjects.length);
        for (const hit of hits) {
          assert.equal(hit.class, dataset.classNames[dataset.labels[hit.image]]);
          assert(hit.structuralSimilarity >= -1 && hit.structuralSimilarity <= 1);
          assert(hit.window.height <= 18 && hit.window.top + hit.window.height <= 16);
        }
        assert(Math.abs(structuralSimilarity) < 1 && selectivity >= 0 && selectivity <= 1);
      }

      // The first hit's similarity, from the library: the mean over both controls, on the unit's pixels of the normalized
      // image.
      const [{ filter, hits: [{ image: shown, y, x, structuralSimilarity }] }] = found.filters;
      const window = receptiveWindow("conv2", y, x, 16);
      const project = async (one: ZeroBiasCnn) => {
        const source = { dataset, rows, normalization: "local-mean" } as const;
        const options = { layer: "conv2", method: "guided" } as const;
        const projection = await projectUnits(one, source, [{ image: shown, filter, y, x }], options);
        const inside = projection.filter((_, at) => {
          const i = Math.floor(at / 16) - window.top, j = at % 16 - window.left;
          return i >= 0 && j >= 0 && i < window.height && j < window.width;
        });
        return inside.map((value) => value / largest(inside));
      };
      let similarity = 0;
      for (const draw of [0, 1]) {
        using control = await randomizedControl(net, draw);
        similarity += structuralSimilarityOf(await project(net), await project(control), { ...window, range: 2 }) / 2;
      }
      assert(Math.abs(similarity - structuralSimilarity) < 1e-4, `${structuralSimilarity}, expected ${similarity}`);

      const again = await runTaskHere("visualize", run, "--layer", "conv1", "--filters", "0", "--method", "gradient");
      assert.equal(again.code, 0, again.stderr);
      const grid = ["filter-000.png", "overview.png", "visualization.json", "weights.png"];
      assert.deepEqual(await names(`${visualization}/conv1`), grid);
      const { checkpoint } = JSON.parse(await Deno.readTextFile(`${visualization}/conv1/visualization.json`));
      assert.match(checkpoint.rule, /^the last checkpoint/, "what the run was trained for");

      const image = await runTaskHere(
        "visualize",
        run,
        "--image",
        "5",
        "--class",
        "class 1",
        "--steps",
        "8",
        "--select",
        "last",
      );
      assert.equal(image.code, 0, image.stderr);
      assert.match(image.stdout, /^class +class 1, probability \d+\.\d%/m);
      assert.match(image.stdout, /^completeness +integrated gradients are \d+\.\d% off/m);
      assert.deepEqual(await names(`${visualization}/images`), ["image-5-class_1.json", "image-5-class_1.png"]);
      const { methods, probability } = JSON.parse(
        await Deno.readTextFile(`${visualization}/images/image-5-class_1.json`),
      );
      assert.equal(methods.length, 6);
      const pixels = dataset.images.slice(5 * 256, 6 * 256);
      const predicted = await net.predict(await normalize(gpu, pixels, { mode: "local-mean", imageSize: 16 }));
      assert(Math.abs(probability - predicted[1]) < 1e-5, `${probability}, expected ${predicted[1]}`);

      // Two at once: both end, and what is left is all of what one of them wrote.
      const both = await Promise.all(["1", "2"].map((filter) => {
        return runTask("visualize", run, "--layer", "conv1", "--filters", filter, "--top", "2", "--controls", "1");
      }));
      for (const { code, stderr } of both) assert.equal(code, 0, stderr);
      const [sheet, ...others] = await names(`${visualization}/conv1`);
      assert.deepEqual(others, grid.slice(1));
      const { filters: [{ sheet: named }] } = JSON.parse(
        await Deno.readTextFile(`${visualization}/conv1/visualization.json`),
      );
      assert.equal(sheet, named);
      assert.deepEqual(await names(visualization), ["conv1", "conv2", "images"]);

      const before = await names(`${visualization}/conv2`);
      const refused = await Promise.all([
        runTaskHere("visualize", run, "--layer", "conv1", "--filters", "64"),
        runTaskHere("visualize", run, "--filters", "one"),
        runTaskHere("visualize", run, "--image", "30"),
        runTaskHere("visualize", run, "--image", "1", "--class", "joy"),
        runTaskHere("visualize", run, "--class", "class 1"),
        runTaskHere("visualize", data),
        runTaskHere("visualize", data, "--steps", "1001"),
        runTaskHere("visualize", data, "--controls", "31"),
        runTaskHere("visualize", data, "--top", "31"),
      ]);
      const messages = [
        /--filters 64: conv1 has filters 0\.\.63/,
        /Expected all, or numbers such as 0,5,17/,
        /--image 30: tiny has images 0\.\.29/,
        /--class "joy": the classes are class 0, class 1, class 2/,
        /--class is of an image/,
        /this is not a run folder/,
        /--steps.*1001.*from 1 to 1000/,
        /--controls.*31.*from 1 to 30/,
        /--top.*31.*from 1 to 30/,
      ];
      refused.forEach(({ code, stdout, stderr }, n) => {
        assert.notEqual(code, 0, stdout);
        assert.equal(stdout, "");
        assert.match(stderr, messages[n]);
        assert.doesNotMatch(stderr, /\n\s+at .*\.ts:\d+/);
      });
      const stopped = await interruptTask(
        "visualize",
        [run, "--layer", "conv2"],
        async () => (await names(visualization)).some((name) => name.startsWith(".conv2.partial-")),
      );
      assert.equal(stopped.code, 130, stopped.stderr);
      assert.deepEqual(await names(visualization), ["conv1", "conv2", "images"]);
      assert.deepEqual(await names(`${visualization}/conv2`), before);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
