/** The report of a run: one file that loads nothing, whatever the names in the run's files are and however much of the run is there. */

import assert from "node:assert/strict";
import { gather } from "../../tasks/report/facts.ts";
import { escape } from "../../tasks/escape.ts";
import { json, markup } from "../../tasks/report/html.ts";
import { LIMIT, renderReport } from "../../tasks/report/page.ts";
import { imagesOfRun } from "../../run/images.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { writePrepared } from "../../datasets/prepared.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { HOSTILE, writeReportRun } from "../support/report_run.ts";
import { runTask } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi");

Deno.test("what is put into a template is text, unless it is markup", () => {
  assert.equal(escape(`<a href="x" id='y'>&</a>`), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
  assert.equal(
    markup`<p title="${'"'}">${["<b>", markup`<i>${1}</i>`, null, false, undefined]}</p>`.text,
    '<p title="&quot;">&lt;b&gt;<i>1</i></p>',
  );
  assert.deepEqual(JSON.parse(json({ a: "</script>" }).text), { a: "</script>" });
  assert.ok(!json("</script>").text.includes("<"));
});

Deno.test({
  name: "a report is the same bytes from the same folder, names no place outside it, and asks for nothing",
  ignore,
  async fn() {
    await inTemporary(async (folder) => {
      const path = `${folder}/run`;
      await writeReportRun(path);
      const { html, filters, leftOut } = await renderReport(await gather(path));
      await Deno.rename(path, `${folder}/moved`);
      assert.equal((await renderReport(await gather(`${folder}/moved`))).html, html);
      assert.deepEqual([filters, leftOut], [6, 0]);
      assert.ok(!html.includes(folder) && !html.includes("/home/someone"), "no path of this machine");
      // Links are to be clicked; everything else that has an address has it in itself.
      const addresses = [...html.matchAll(/ (src|href|srcset|action|poster|data)="([^"]*)"/g)];
      assert.ok(addresses.length > 20, `${addresses.length} addresses`);
      for (const [all, attribute, address] of addresses) {
        const harmless = address.startsWith("data:") || address.startsWith("#") ||
          attribute === "href" && address.startsWith("https://");
        assert.ok(harmless, all);
      }
      assert.match(
        html,
        /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-/,
      );
      assert.doesNotMatch(
        html,
        / style="|<link (?!rel="icon" href="data:,")|@import|url\((?!#wide-|#narrow-)|javascript:/,
      );
    });
  },
});

Deno.test({
  name: "names from files are text",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      const { html } = await renderReport(await gather(path));
      for (const name of Object.values(HOSTILE)) {
        assert.ok(!html.includes(name), name);
        assert.ok(html.includes(escape(name)), escape(name));
      }
      // Two scripts, both the page's own: its data and its program.
      assert.deepEqual(html.match(/<script[^>]*>/g), ['<script type="application/json" id="data">', "<script>"]);
      assert.equal(html.match(/<\/script>/g)!.length, 2);
    });
  },
});

Deno.test({
  name: "the report says the number, its interval and its rule, what was run, and what the data is",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path, { optimistic: true });
      const { html } = await renderReport(await gather(path));
      const words = [
        "87.6%",
        "70.0%",
        "95.0%",
        "over 5 people",
        "OPTIMISTIC",
        "cnn_ad, split 2, seed 7",
        "0123456789abcdef",
      ];
      const more = [
        "augmentation and dropout",
        "images of unknown kind",
        "an &lt;adapter&gt;: a software adapter",
        "deno 2.9.6",
      ];
      for (const word of [...words, ...more]) assert.ok(html.includes(word), word);
      await writeReportRun(path);
      const honest = (await renderReport(await gather(path))).html;
      assert.ok(!honest.includes("OPTIMISTIC") && honest.includes("best accuracy on the validation images"));
    });
  },
});

Deno.test({
  name:
    "an interval over images is called one, a class without test images has dashes, and chance is what is always said",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const people = (await renderReport(await gather(path))).html;
      assert.match(people, /With other people it would probably lie between <b>70.0%<\/b> and/);
      assert.match(people, /30 test images of 5 people/);
      const file = `${path}/evaluation.json`;
      const evaluation = JSON.parse(await Deno.readTextFile(file));
      const { test } = evaluation;
      const [first, happy, sad] = test.perClass;
      const none = { support: 0, precision: null, recall: null, f1: null, recallInterval: null };
      test.perClass = [{ ...first, support: 7 }, { ...happy, support: 23 }, { ...sad, ...none }];
      Object.assign(test, { subjects: 0, unknown: 30 });
      await Deno.writeTextFile(file, JSON.stringify(evaluation));
      const told = { trainedOn: "tfd", testedOn: "elsewhere", shareImages: false, step: 100, leftOut: [] };
      const transfer = { ...evaluation, ...told };
      await Deno.writeTextFile(`${path}/evaluation_on_elsewhere.json`, JSON.stringify(transfer));
      const { html } = await renderReport(await gather(path));
      assert.match(html, /<th scope="row">elsewhere<\/th>.*<td>30 images whose person is unknown<\/td>/);
      assert.doesNotMatch(html, /0 people|other people it would|people it has not seen/);
      assert.match(html, /With other images it would probably lie between/);
      assert.match(
        html,
        /over 30 images whose person is unknown\)\. It takes each .* nor what other people would change\./,
      );
      assert.match(html, /<th scope="row">sad &amp; tired<\/th><td>0<\/td>(<td>–<\/td>){4}<\/tr>/);
      assert.match(html, /<td>76\.7%<\/td><td>always saying “happy”, which most test images are of<\/td>/);
      assert.match(html, /<td>33\.3%<\/td><td>guessing among the classes<\/td>/);
    }),
});

Deno.test({
  name: "beside the filter that was chosen stands what such a choice gives by chance; too few permutations are told",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      const html = (await renderReport(await gather(path))).html;
      assert.match(html, /AUC 0\.90 \[0\.60, 0\.95\] · best by chance 0\.72 \[0\.64, 0\.81\]/);
      const file = `${path}/correspondence/conv3/correspondence.json`;
      const document = JSON.parse(await Deno.readTextFile(file));
      const permuted = async (permutations: number) => {
        document.options.permutations = permutations;
        await Deno.writeTextFile(file, JSON.stringify(document));
        return (await renderReport(await gather(path))).html;
      };
      assert.match(await permuted(99), /Too few permutations: with 99 no p-value is below 0\.0100/);
      assert.ok(!/ew permutations/.test(await permuted(5000)));
    }),
});

Deno.test({
  name: "the training curves are explained as they are drawn: thin and bold only where there are both",
  ignore,
  fn: () =>
    inTemporary(async (path) => {
      await writeReportRun(path);
      for (const [every, smoothed] of [[50, false], [2, true]] as const) {
        const log = Array.from({ length: 200 / every }, (_, n) => ({
          step: every * (n + 1),
          loss: 2 + Math.sin(n),
          trainAccuracy: 0.5,
          validationAccuracy: null,
          imagesPerSecond: 9,
        }));
        await Deno.writeTextFile(`${path}/log.jsonl`, log.map((record) => JSON.stringify(record) + "\n").join(""));
        const { html } = await renderReport(await gather(path));
        const caption = /<figcaption>(Loss and accuracies.*?)<\/figcaption>/s.exec(html)![1];
        assert.equal(caption.includes("Thin: each record. Bold: mean over the 10 steps around it."), smoothed, caption);
      }
    }),
});

Deno.test({
  name: "the layers that were compared with the Action Units stand side by side",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      assert.ok(!(await renderReport(await gather(path))).html.includes("Layer by layer"), "one layer alone");
      const at = (layer: string, name: string) => `${path}/correspondence/${layer}/${name}`;
      for (const [layer, checkpoint] of [["fc4", 100], ["conv2", 50]] as const) {
        await Deno.mkdir(at(layer, ""), { recursive: true });
        const document = JSON.parse(await Deno.readTextFile(at("conv3", "correspondence.json")));
        for (const unit of document.units) if (layer === "fc4") delete unit.truth;
        await Deno.writeTextFile(
          at(layer, "correspondence.json"),
          JSON.stringify({ ...document, layer, checkpoint, truthTest: [] }),
        );
      }
      await Deno.copyFile(at("conv3", "probe.json"), at("conv2", "probe.json"));
      const { html } = await renderReport(await gather(path));
      const rows = [...html.matchAll(/<tr><th scope="row">((?:conv|fc).*?)<\/tr>/g)].map(([, row]) =>
        row.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim()
      );
      assert.deepEqual(rows, [
        "conv2, checkpoint 50 1 of 2 4.0 – 0.90 0.60",
        "conv3 1 of 2 4.0 – 0.90 0.60",
        "fc4 1 of 2 – – – –",
      ]);
    });
  },
});

Deno.test({
  name: "a part that is not there is named with the command that makes it",
  ignore,
  async fn() {
    const parts = [
      ["evaluation", "deno task evaluate RUN"],
      ["visualization", "deno task visualize RUN"],
      ["correspondence", "deno task correspond RUN"],
      ["log", "--resume"],
    ] as const;
    for (const [part, command] of parts) {
      await inTemporary(async (path) => {
        await writeReportRun(path, { without: [part] });
        const { html } = await renderReport(await gather(path));
        const missing = html.match(/class="missing">.*?<\/p>/g) ?? [];
        assert.ok(missing.length > 0 && missing.every((words) => words.includes(command)), `${part}: ${missing}`);
      });
    }
    await inTemporary(async (path) => {
      await writeReportRun(path, { without: ["evaluation", "visualization", "correspondence", "log"] });
      const { html } = await renderReport(await gather(path));
      assert.ok(html.includes("0123456789abcdef") && html.includes("Correlation is not mechanism"));
    });
  },
});

Deno.test({
  name: "a report that would be too large leaves out filters that no Action Unit names, and says how many",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path, { filters: 8 });
      const facts = await gather(path);
      const size = (text: string) => new TextEncoder().encode(text).length;
      const whole = await renderReport(facts);
      assert.equal(whole.filters, 8);
      assert.ok(size(whole.html) < LIMIT);
      const picture = facts.gallery[0].picture!.address.length;
      const limit = size(whole.html) - 2 * picture;
      const { html, filters, leftOut } = await renderReport(facts, limit);
      assert.ok(size(html) <= limit, `${size(html)} bytes of ${limit}`);
      assert.deepEqual([filters, leftOut], [6, 2]);
      assert.ok(html.includes(`${leftOut} of 8 filters were left out`));
      const kept = [...html.matchAll(/class="card" data-filter="(\d+)"/g)].map((match) => Number(match[1]));
      // Units name 0, 1 and 2, which are the least selective; of the others 3 and 4 are.
      assert.deepEqual(kept, [7, 6, 5, 2, 1, 0]);
      const opened = [...html.matchAll(/data-open="(\d+)"/g)].map((match) => Number(match[1]));
      assert.ok(opened.every((filter) => kept.includes(filter)), "no button opens what was left out");
      await assert.rejects(renderReport(facts, 1000), /without any filter, more than 1000/);
    });
  },
});

Deno.test({
  name: "sheets of earlier versions are cut where their pictures are, and every unit has its filters' faces",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      const { gallery, projections, heat, weightPictures } = await gather(path);
      // Three pictures of 104 pixels and two gaps of 6, at half the size.
      for (const { filter, picture } of gallery) {
        if (filter === 5) assert.equal(picture, undefined);
        else assert.deepEqual([picture!.width, picture!.height], [162, 162]);
      }
      assert.deepEqual([...projections.keys()], ["4 0", "4 2", "12 1", "12 2"]);
      assert.deepEqual(heat!.rows.map(({ unit }) => unit), [4, 12]);
      assert.deepEqual(heat!.order.toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5]);
      assert.deepEqual(weightPictures!.map(({ width, height }) => [width, height]), [[410, 410], [410, 410]]);
    });
  },
});

Deno.test({
  name: "pictures are taken out of a sheet where its writer says that they are, and no further",
  ignore,
  async fn() {
    await inTemporary(async (path) => {
      await writeReportRun(path);
      const looked = `${path}/visualization/conv3/visualization.json`;
      const document = JSON.parse(await Deno.readTextFile(looked));
      const write = (file: string, value: unknown) => Deno.writeTextFile(file, JSON.stringify(value));
      await write(looked, { ...document, sheet: { left: 20, top: 30, cell: 50, gap: 4 } });
      const region = { left: 10, top: 20, width: 40, height: 20 };
      const weights = { trained: region, control: { ...region, height: 30 } };
      const first = { ...document, layer: "conv1", filters: [], weights };
      await write(`${path}/visualization/conv1/visualization.json`, first);
      const tiles = `${path}/correspondence/conv3/action_units.json`;
      await write(tiles, { tiles: [{ unit: 4, filter: 0, region }, { unit: 4, filter: 7, region }] });
      const { gallery, projections, weightPictures } = await gather(path);
      const size = ({ width, height }: { width: number; height: number }) => [width, height];
      assert.deepEqual(size(gallery[0].picture!), [79, 79]); // three pictures of 50, two gaps of 4, at half the size
      assert.deepEqual([...projections].map(([name, picture]) => [name, size(picture)]), [["4 0", [22, 11]]]);
      assert.deepEqual(weightPictures!.map(size), [[40, 20], [40, 30]]);
      await write(tiles, { tiles: [{ unit: 4, filter: 0, region: { ...region, width: 2 ** 40 } }] });
      await assert.rejects(gather(path), /action_units\.png: is .* pixels, which are too few/);
      await write(tiles, { tiles: [{ unit: 4, filter: 0, region: { ...region, left: -1 } }] });
      await assert.rejects(gather(path), /action_units\.json: .*tiles\.0\.region\.left is -1/);
    });
  },
});

Deno.test({
  name: "the kind of images is remembered, or asked of the data itself as long as it is the same",
  ignore,
  async fn() {
    await inTemporary(async (folder) => {
      const { fingerprint: _, ...tiny } = await tinyDataset();
      const called = async (name: string) => ({ ...tiny, name, fingerprint: await fingerprint({ ...tiny, name }) });
      const licensed = await called("ck_plus"), synthetic = await called("synthetic");
      const kind = async (name: string, details: Record<string, unknown>, other?: string, dataset = licensed) => {
        const path = `${folder}/${name}`;
        await writePrepared(path, dataset, details);
        const record = { dataset: { ...dataset, folder: path, images: 1, fingerprint: other ?? dataset.fingerprint } };
        const found = await imagesOfRun(record);
        // What the record remembers counts, wherever the data has gone.
        const remembered = { dataset: { ...record.dataset, folder: "nowhere", ...found } };
        assert.deepEqual(await imagesOfRun(remembered), found);
        return `${found.kind}, ${found.crop}`;
      };
      assert.equal(await kind("real", { source: "CK+", crop: "landmarks" }), "photographs, eyes-and-chin");
      const twin = { source: "CK+", twin: "drawn faces, not the real set", crop: "none" };
      assert.equal(await kind("twin", twin), "twin, whole-image");
      // The name alone says nothing.
      const own = { source: "folder of images", crop: "none" };
      assert.equal(await kind("mine", own), "own, whole-image");
      assert.equal(await kind("photographs called synthetic", own, undefined, synthetic), "own, whole-image");
      assert.equal(await kind("drawn", { source: "drawn faces" }), "drawn, drawn");
      assert.equal(await kind("changed", {}, "another"), "unknown, unknown");
    });
  },
});

Deno.test({
  name: "report writes into the run folder or where it is told, and says what is not in it",
  ignore: ignore || needs("run"),
  async fn() {
    await inTemporary(async (folder) => {
      const path = `${folder}/a run`;
      await writeReportRun(path, { without: ["correspondence"] });
      const [own, other, wrong, none] = await Promise.all([
        runTask("report", path),
        runTask("report", path, "--output", `${folder}/for a colleague.html`),
        runTask("report", path, "--output", `${folder}/report.pdf`),
        runTask("report", folder),
      ]);
      assert.equal(own.code, 0, own.stderr);
      assert.match(own.stdout, /^not in it +deno task correspond RUN$/m);
      assert.match(own.stdout, /^test accuracy +87\.6%: best accuracy on the validation images$/m);
      assert.equal(other.code, 0, other.stderr);
      assert.deepEqual(
        await Deno.readFile(`${folder}/for a colleague.html`),
        await Deno.readFile(`${path}/report.html`),
      );
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /Expected a file name that ends in \.html/);
      assert.equal(none.code, 1);
      assert.match(none.stderr, /this is not a run folder/);
    });
  },
});
