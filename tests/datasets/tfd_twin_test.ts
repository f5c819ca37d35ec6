/** The twin of TFD: the real set's files and splits, the same bytes from the same seed, all or nothing. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { planTfdTwin, tfdTwinFace } from "../../datasets/synthetic/twins/tfd_plan.ts";
import { prepareTfd } from "../../datasets/tfd.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { assertSame } from "../support/same.ts";

const ignore = needs("read", "write", "env", "ffi");
// Rasterising needs a native library, so these modules are imported only where the permissions are granted.
const { writeTfdTwin } = ignore ? {} as never : await import("../../datasets/synthetic/twins/tfd.ts");
const { photograph } = ignore ? {} as never : await import("../../datasets/synthetic/photograph.ts");

Deno.test({
  name: "tfd twin: both files hold the same images, labelled and not, in five splits by subject",
  ignore,
  fn: () =>
    inTemporary(async (directory) => {
      const input = join(directory, "twin");
      const options = { output: input, subjects: 6, imagesPerSubject: 8, seed: 4 };
      const counts = await writeTfdTwin(options);
      assert.deepEqual(await names(input), ["TFD_48x48.mat", "TFD_96x96.mat", "twin.json"]);
      const [small, large] = [await prepareTfd({ input, imageSize: 48 }), await prepareTfd({ input, imageSize: 96 })];
      assert.deepEqual(counts.classes, Array.from({ length: 7 }, (_, c) => small.labels.filter((l) => l === c).length));
      assert.deepEqual([small.labels.length, counts.labelled, counts.unlabelled], [48, 48, 48]);
      assert.ok(counts.classes.every((count) => count >= 6));
      assert.deepEqual([small.labels, small.subjects, small.folds], [large.labels, large.subjects, large.folds]);
      for (let at = 0; at < small.images.length; at++) {
        const [image, y, x] = [Math.floor(at / 2304), Math.floor(at / 48) % 48, at % 48];
        const corner = (image * 96 + 2 * y) * 96 + 2 * x;
        const [a, b, c, d] = [corner, corner + 1, corner + 96, corner + 97].map((place) => large.images[place]);
        assert.equal(small.images[at], Math.round((a + b + c + d) / 4), `pixel ${at}`);
      }

      // Which face stands where: the pixels, the label and the person of each image are those of the plan.
      const plan = planTfdTwin(options).filter(({ label }) => label > 0);
      const defining = { 1: [4], 3: [1], 4: [12], 6: [1, 2] } as const;
      for (const [image, planned] of plan.entries()) {
        const face = tfdTwinFace(options.seed, planned);
        for (const unit of defining[planned.label as keyof typeof defining] ?? []) {
          assert.ok(face.expression[unit], `class ${planned.label}: AU ${unit}`);
        }
        assert.deepEqual([small.labels[image], small.subjects[image]], [planned.label - 1, planned.person + 1]);
        if (image >= 6) continue;
        assert.deepEqual(large.images.subarray(image * 9216, (image + 1) * 9216), await photograph(face, 96, 96));
      }

      assert.equal(new Set(small.subjects).size, 6);
      for (let split = 0; split < 5; split++) {
        const parts = new Map<number, number>();
        for (const [image, subject] of small.subjects.entries()) {
          const part = small.folds[5 * image + split];
          assert.equal(parts.get(subject) ?? part, part, `subject ${subject} of split ${split} stands in one part`);
          parts.set(subject, part);
        }
        assert.deepEqual([...new Set(parts.values())].sort(), [0, 1, 2], `split ${split} has all three parts`);
      }
      for (let image = 0; image < 48; image++) {
        const tested = [...small.folds.subarray(5 * image, 5 * image + 5)].filter((part) => part === 2);
        assert.equal(tested.length, 1, "each image is tested in one split");
      }
      const all = await prepareTfd({ input, imageSize: 48, includeUnlabelled: true });
      assert.equal(all.labels.length, 96);
      const without = [...all.labels.keys()].filter((image) => all.labels[image] === -1);
      assert.ok(without.length === 48 && Math.min(...without) < 20, "images without a label stand among the others");
      for (const image of without) {
        assert.equal(all.subjects[image], -1);
        assert.ok(all.folds.subarray(5 * image, 5 * image + 5).every((part) => part === -1));
      }

      await writeTfdTwin({ ...options, output: join(directory, "again"), imageSize: 48 });
      assert.deepEqual(await names(join(directory, "again")), ["TFD_48x48.mat", "twin.json"]);
      const [first, again] = await Promise.all(
        [input, join(directory, "again")].map((folder) => Deno.readFile(join(folder, "TFD_48x48.mat"))),
      );
      assertSame(again, first, "the twin of the same seed");
    }),
});

Deno.test({
  name: "tfd twin: what cannot be drawn is refused, and a stopped one leaves nothing",
  ignore,
  fn: () =>
    inTemporary(async (directory) => {
      const options = { output: join(directory, "twin"), subjects: 5, imagesPerSubject: 2, seed: 1 };
      await assert.rejects(writeTfdTwin({ ...options, subjects: 4 }), /subjects is 4; expected/);
      await assert.rejects(writeTfdTwin({ ...options, imageSize: 40 as 48 }), /imageSize is 40; expected 48 or 96/);
      await assert.rejects(writeTfdTwin({ ...options, subjects: 9999, imagesPerSubject: 99 }), /at most 110000/);
      const signal = AbortSignal.abort(new Error("enough"));
      await assert.rejects(writeTfdTwin({ ...options, signal }), /enough/);
      assert.deepEqual(await names(directory), []);
    }),
});
