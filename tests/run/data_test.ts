/** What a task takes for the data that was named: the set itself, its twin, the authors' folder; not what only bears its name. */

import assert from "node:assert/strict";
import { authorsDataset } from "../../datasets/authors_folder.ts";
import { CK_PLUS_CLASSES } from "../../datasets/ck_plus/labels.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { fingerprint } from "../../datasets/fingerprint.ts";
import { writeNpy } from "../../datasets/npy.ts";
import { writePrepared } from "../../datasets/prepared.ts";
import { TFD_CLASSES } from "../../datasets/tfd.ts";
import { publishedFor } from "../../run/cross_validation/published.ts";
import type { DatasetName } from "../../run/dataset_names.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { runTaskIn } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "env", "run");
// It draws faces too, which needs a native library.
const { loadDataset } = ignore ? {} as never : await import("../../run/data.ts");
const TWIN = { source: "CK+", twin: "drawn faces, not the real set" };

/** A tiny dataset by another name. */
async function called(name: string, classNames: readonly string[]): Promise<Dataset> {
  const tiny = { ...await tinyDataset({ classes: classNames.length }), name, classNames: [...classNames] };
  return { ...tiny, fingerprint: await fingerprint(tiny) };
}

/** CK+ as the paper's authors keep it. */
async function writeAuthors(folder: string, { images, labels, subjects, folds, imageSize }: Dataset): Promise<void> {
  await Deno.mkdir(folder);
  await Deno.writeFile(
    `${folder}/X.npy`,
    writeNpy({ shape: [labels.length, 1, imageSize, imageSize], data: images }),
  );
  for (const [name, data] of Object.entries({ y: labels, subjs: subjects, folds })) {
    await Deno.writeFile(`${folder}/${name}.npy`, writeNpy({ shape: [labels.length], data }));
  }
}

const load = (dataset: DatasetName, data: string) => loadDataset({ dataset, data }, 8);

Deno.test({
  name: "a dataset that is named is what the folder holds, or both are named in the refusal",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const ckPlus = await called("ck_plus", CK_PLUS_CLASSES);
      const eight = Array.from({ length: 8 }, (_, n) => `class ${n}`);
      const sets = {
        twin: ckPlus,
        tfd: await called("tfd", TFD_CLASSES),
        mine: await called("mine", eight),
        namesake: await called("ck_plus", eight),
        drawn: await called("synthetic", eight),
      };
      for (const [name, dataset] of Object.entries(sets)) {
        await writePrepared(`${folder}/${name}`, dataset, name === "twin" ? TWIN : { source: "folder of images" });
      }
      await writeAuthors(`${folder}/authors`, ckPlus);
      for (const data of ["twin", "authors"]) {
        assert.equal((await load("ck_plus", `${folder}/${data}`)).dataset.name, "ck_plus");
        const six = (await load("ck_plus_six_class", `${folder}/${data}`)).dataset;
        assert.deepEqual([six.name, six.classNames.length, six.labels[0]], ["ck_plus_six_class", 6, -1]);
      }
      assert.equal((await load("tfd", `${folder}/tfd`)).dataset.name, "tfd");
      assert.equal((await load("synthetic", `${folder}/drawn`)).dataset.name, "synthetic");
      const refused: [DatasetName, keyof typeof sets, RegExp][] = [
        ["tfd", "twin", /twin: holds "ck_plus" of the classes \["neutral",.*, not tfd\. Remedy: leave tfd out/],
        ["ck_plus", "tfd", /holds "tfd".*, not ck_plus\./],
        ["ck_plus_six_class", "mine", /holds "mine".*, not ck_plus, which ck_plus_six_class is taken from\. Remedy/],
        ["ck_plus_six_class", "namesake", /holds "ck_plus" of the classes \["class 0",/],
        ["synthetic", "mine", /holds "mine", not synthetic\./],
      ];
      for (const [name, data, message] of refused) {
        await assert.rejects(load(name, `${folder}/${data}`), {
          name: "RunError",
          file: `${folder}/${data}`,
          options: ["data"],
          message,
        });
      }
      // Where the place was not named either, leaving the name out would lead to other data.
      await writePrepared(`${folder}/data/synthetic_48`, sets.mine, { source: "folder of images" });
      const { code, stderr } = await runTaskIn(folder, "train", "synthetic");
      assert.equal(code, 1);
      const remedy =
        /data.synthetic_48: holds "mine", not synthetic\. Remedy: move the folder away, or name another; .* \(--data\)/;
      assert.match(stderr, remedy);
    }),
});

Deno.test({
  name: "a published figure stands beside the licensed set alone, not beside what bears its name",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (folder) => {
      const ckPlus = await called("ck_plus", CK_PLUS_CLASSES), six = { ...ckPlus, name: "ck_plus_six_class" };
      const tfd = await called("tfd", TFD_CLASSES);
      const prepared = async (name: string, dataset: Dataset, details: Record<string, unknown>) => {
        await writePrepared(`${folder}/${name}`, dataset, details);
        return `${folder}/${name}`;
      };
      const real = await prepared("real", ckPlus, { source: "CK+" });
      assert.equal((await publishedFor(ckPlus, real))?.accuracy, 0.951);
      assert.equal((await publishedFor(six, real))?.accuracy, 0.957);
      const mat = await prepared("tfd", tfd, { source: "TFD_96x96.mat", crop: "as distributed" });
      assert.equal((await publishedFor(tfd, mat))?.accuracy, 0.886);
      for (const [name, details] of Object.entries({ twin: TWIN, own: { source: "folder of images" }, unsaid: {} })) {
        const path = await prepared(name, ckPlus, details);
        assert.equal(await publishedFor(six, path), undefined, name);
        assert.equal(await publishedFor(ckPlus, path), undefined, name);
      }
      await writeAuthors(`${folder}/authors`, ckPlus);
      assert.equal(await authorsDataset(`${folder}/authors`), "ck_plus");
      assert.equal(await publishedFor(ckPlus, `${folder}/authors`), undefined, "a few images are not the set");
      const all = { name: "ck_plus", labels: new Int32Array(1308) };
      assert.equal((await publishedFor(all, `${folder}/authors`))?.accuracy, 0.951);
    }),
});

Deno.test({
  name: "no faces are drawn where the built-in ones were taken away by a replacement that was interrupted",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const old = "data/.synthetic_16.partial-1a2b3c4d-old";
      await Deno.mkdir(`${folder}/${old}`, { recursive: true });
      const { code, stderr } = await runTaskIn(folder, "train", "--image-size", "16");
      assert.equal(code, 1);
      assert.match(stderr, /data.synthetic_16: is missing.*\.synthetic_16\.partial-1a2b3c4d-old\. Remedy/);
      assert.doesNotMatch(stderr, /Drawing/);
      assert.deepEqual(await names(folder), ["data"]);
    }),
});
