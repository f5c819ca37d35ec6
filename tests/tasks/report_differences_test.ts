/** What a report says of results that were not made alike: of other checkpoints, images and options, or too early. */

import assert from "node:assert/strict";
import { gather } from "../../tasks/report/facts.ts";
import { renderReport } from "../../tasks/report/page.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { writeReportRun } from "../support/report_run.ts";

const ignore = needs("read", "write", "ffi");
const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));
const write = (path: string, document: unknown) => Deno.writeTextFile(path, JSON.stringify(document));
const inWords = (html: string) => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const warnings = (html: string) =>
  [...html.matchAll(/class="warning"[^>]*>(.*?)<\/p>/gs)].map(([, text]) => inWords(text).trim());
const page = async (path: string) => (await renderReport(await gather(path))).html;

/** The rows of a table under a heading, in words. */
function rows(html: string, heading: string): string[] {
  const body = html.slice(html.indexOf(`<h3>${heading}</h3>`)).match(/<tbody>(.*?)<\/tbody>/s)![1];
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) => inWords(row).trim());
}

Deno.test({
  name: "report: a layer that was compared otherwise says how, and one that was not says nothing",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const at = (layer: string) => `${path}/correspondence/${layer}/correspondence.json`;
      const document = await read(at("conv3"));
      const put = async (layer: string, change: object, options: object = {}) => {
        await Deno.mkdir(`${path}/correspondence/${layer}`, { recursive: true });
        await write(at(layer), { ...document, layer, ...change, options: { ...document.options, layer, ...options } });
      };
      await put("conv2", {});
      await put("fc4", {});
      const alike = await page(path);
      assert.deepEqual(rows(alike, "Layer by layer").map((row) => row.split(" ")[0]), ["conv2", "conv3", "fc4"]);
      assert.ok(!warnings(alike).some((text) => text.includes("made alike")), warnings(alike).join("\n"));
      await put("conv2", { on: "all", images: 160, checkpoint: 50 }, { on: "all", range: [0, 2.5], smoothing: 2 });
      await put("fc4", { selection: "last" }, { select: "last", statistic: "kl", permutations: 999, seed: 3 });
      const html = await page(path);
      const [conv2, conv3, fc4] = rows(html, "Layer by layer");
      assert.match(conv2, /^conv2, checkpoint 50, on 160 images, --on all, --range 0,2\.5, --smoothing 2 1 of 2/);
      assert.match(conv3, /^conv3 1 of 2/);
      assert.match(fc4, /^fc4, --statistic kl, --permutations 999, --seed 3, --select last 1 of 2/);
      assert.ok(warnings(html).some((text) => /not all made alike.*other than for conv3/.test(text)));
      // And all of them can be made again.
      assert.match(
        inWords(html).replaceAll(" \\ ", " "),
        /correspond RUN --layer fc4 .*--permutations 999 --seed 3 --select last/,
      );
    }),
});

Deno.test({
  name: "report: a test on other data, pictures and controls of another checkpoint say so",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const { test, fingerprint } = await read(`${path}/evaluation.json`);
      const transfer = {
        trainedOn: "faces",
        testedOn: "other",
        fingerprint,
        selection: "validation",
        rule: "a rule",
        step: 100,
        shareImages: false,
        leftOut: [],
        test,
      };
      const options = { select: "validation" };
      const on = (name: string, change: object) =>
        write(`${path}/evaluation_on_${name}-00000000.json`, { ...transfer, options, ...change });
      await on("a", { seen: { same: 3, ofSamePeople: 4 } });
      await on("b", {
        testedOn: "another",
        step: 200,
        selection: "last",
        options: { ...options, select: "last" },
      });
      await Deno.mkdir(`${path}/visualization/conv1`, { recursive: true });
      const first = {
        ...await read(`${path}/visualization/conv3/visualization.json`),
        layer: "conv1",
        checkpoint: { step: 100, rule: "", compared: [0, 100, 200] },
        options: undefined,
        filters: [],
      };
      await write(`${path}/visualization/conv1/visualization.json`, first);
      const html = await page(path);
      const [same, other] = rows(html, "On other data");
      assert.match(same, /^other 30 7 87\.6%/);
      assert.match(other, /^another, checkpoint 200, --select last 30 not compared 87\.6%/);
      assert.match(inWords(html), /OTHER1 for the prepared data of other with the fingerprint 0123456789ab/);
      assert.deepEqual(warnings(html), []);
      const controls = (html: string) => /<section id="controls".*?<\/section>/s.exec(html)![0];
      assert.doesNotMatch(controls(html), /checkpoint/);

      await write(`${path}/visualization/conv1/visualization.json`, {
        ...first,
        checkpoint: { ...first.checkpoint, step: 0 },
      });
      const place = `${path}/correspondence/conv3/correspondence.json`;
      await write(place, { ...await read(place), checkpoint: 200, on: "all" });
      const mixed = await page(path);
      assert.ok(warnings(mixed).some((text) => /These weights are of checkpoint 0, not of checkpoint 100/.test(text)));
      const words = inWords(controls(mixed));
      assert.match(words, /test accuracy, checkpoint 100 /);
      assert.match(words, /similarity of projection and control, checkpoint 100 /);
      assert.match(words, /read-out, mean AUC, images that were learned included, checkpoint 200 /);
    }),
});

Deno.test({
  name: "report: what was found before the run's end is not shown as the finished run's",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const save = (step: number) =>
        Deno.writeTextFile(`${path}/checkpoints/step-${String(step).padStart(6, "0")}.safetensors`, "");
      await Deno.mkdir(`${path}/checkpoints`);
      for (const step of [0, 100, 200]) await save(step);
      assert.deepEqual(warnings(await page(path)), []);
      await save(300);
      const found = warnings(await page(path));
      for (
        const [what, task] of [["The checkpoint was chosen", "evaluate"], ["These pictures were made", "visualize"], [
          "These numbers were made",
          "correspond",
        ]]
      ) {
        const begin = `${what} when the run had not come as far: checkpoint 300 was not compared.`;
        assert.ok(
          found.some((text) => text.startsWith(begin) && text.includes(`deno task ${task} RUN`)),
          `${begin}\n${found}`,
        );
      }
      // A run that was handed on without its checkpoints has none to be compared with.
      await Deno.remove(`${path}/checkpoints`, { recursive: true });
      assert.deepEqual(warnings(await page(path)), []);
    }),
});

Deno.test({
  name: "report: test images that were learned are counted under the number",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const evaluation = await read(`${path}/evaluation.json`);
      await write(`${path}/evaluation.json`, { ...evaluation, seenTestImages: 3 });
      assert.deepEqual(warnings(await page(path)), [
        "3 of the test images are, pixel for pixel, among those that the network has learned: the number is too high.",
      ]);
    }),
});

Deno.test({
  name: "report: the note names the method that was used",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const place = `${path}/correspondence/conv3/correspondence.json`;
      const document = await read(place);
      const note = async (options: object) => {
        await write(place, { ...document, options: { ...document.options, ...options } });
        return inWords(/<p class="note">(\d+ bins.*?)<\/p>/s.exec(await page(path))![1]);
      };
      assert.match(
        await note({}),
        /^10 bins of as many responses each, a pseudo-count of 0\.5 a bin; p-values about the area/,
      );
      assert.match(await note({ range: "full" }), /of equal width from the lowest to the highest response/);
      assert.match(
        await note({ range: [0, 2.5], statistic: "kl" }),
        /of equal width from 0 to 2\.5, .*; p-values about the divergence/,
      );
      assert.match(
        await note({ range: undefined, smoothing: undefined, statistic: undefined }),
        /^10 bins; p-values about the area/,
      );
    }),
});
