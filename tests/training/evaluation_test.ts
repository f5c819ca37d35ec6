/** Choosing a checkpoint and testing it: by the rule that was asked for, on the images that the rule allows, and on no others. */

import assert from "node:assert/strict";
import type { Dataset } from "../../datasets/dataset.ts";
import { splitIndices } from "../../datasets/split.ts";
import type { Gpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { evaluate, type SavedCheckpoint } from "../../training/evaluation/evaluate.ts";
import { evaluateRows } from "../../training/evaluation/rows.ts";
import { shareImages } from "../../training/evaluation/transfer.ts";
import { selectCheckpoint } from "../../training/evaluation/select.ts";
import { readCheckpoint, restore } from "../../training/checkpoint.ts";
import type { TrainOptions } from "../../training/options.ts";
import { train } from "../../training/train.ts";
import { withGpu } from "../support/gpu.ts";
import { assertSame } from "../support/same.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const DATA = await tinyDataset({ classes: 4, folds: 5, perFold: 8 });

function create(gpu: Gpu, { imageSize, classNames }: Dataset, seed = 3): Promise<ZeroBiasCnn> {
  return ZeroBiasCnn.create(gpu, { imageSize, classes: classNames.length, seed, initialScale: 1 });
}

/** Checkpoints of a short run. */
async function trained(gpu: Gpu, options: TrainOptions = {}, dataset = DATA): Promise<SavedCheckpoint[]> {
  using net = await create(gpu, dataset);
  const saved: SavedCheckpoint[] = [];
  const onCheckpoint = ({ step, bytes }: { step: number; bytes: Uint8Array }) =>
    void saved.push({ step, read: () => bytes });
  const records = train(net, dataset, {
    steps: 6,
    batch: 4,
    checkpointEvery: 2,
    variant: "cnn",
    ...options,
    onCheckpoint,
  });
  for await (const _ of records);
  return saved;
}

Deno.test("TFD and CK+ share images, and so do equal data whatever their names", () => {
  const share = (a: string, b: string, same = false) =>
    shareImages({ name: a, fingerprint: "f" }, { name: b, fingerprint: same ? "f" : "g" });
  const pairs = [["tfd", "ck_plus"], ["ck_plus_six_class", "tfd"], ["ck_plus", "ck_plus_six_class"], ["tfd", "tfd"]];
  for (const [a, b] of pairs) assert(share(a, b), `${a} ${b}`);
  assert(share("mine", "copy", true) && !share("mine", "mine"));
  for (const other of ["synthetic", "fer2013", "mine"]) {
    assert(!share("tfd", other) && !share(other, "ck_plus"));
  }
});

Deno.test("the best accuracy is chosen, of equals the earliest step, whatever the order", () => {
  const scores = [[30, 0.5], [10, 0.75], [20, 0.75], [0, 0.1]].map(([step, accuracy]) => ({ step, accuracy }));
  assert.equal(selectCheckpoint(scores, "validation").step, 10);
  assert.equal(selectCheckpoint(scores, "original").step, 10);
  assert.equal(selectCheckpoint(scores, "last").step, 30);
  assert.throws(() => selectCheckpoint([], "last"), /no checkpoint/);
  assert.throws(() => selectCheckpoint([{ step: 7, accuracy: NaN }], "validation"), /checkpoint 7 is NaN/);
});

Deno.test(
  "validation: every checkpoint's accuracy is that of the validation images, and the test images decide nothing",
  withGpu(async (gpu) => {
    const checkpoints = await trained(gpu, { split: 2 });
    using net = await create(gpu, DATA, 9);
    const { evaluation, rows, prediction } = await evaluate(net, DATA, checkpoints.toReversed());
    assert.deepEqual(evaluation.checkpoints.map(({ step }) => step), [0, 2, 4, 6]);
    const parts = splitIndices(DATA, 2);
    using other = await create(gpu, DATA, 9);
    for (const [n, saved] of checkpoints.entries()) {
      await restore(other, readCheckpoint(await saved.read()));
      const { accuracy } = await evaluateRows(other, DATA, parts.validation, "local-mean");
      assert.equal(evaluation.checkpoints[n].accuracy, accuracy);
    }
    const best = Math.max(...evaluation.checkpoints.map(({ accuracy }) => accuracy!));
    assert.equal(evaluation.chosen.step, evaluation.checkpoints.find(({ accuracy }) => accuracy === best)!.step);
    assert.equal(net.step, evaluation.chosen.step, "the chosen one is left in the network");
    assert.deepEqual([...rows], [...parts.test]);

    const chosen = checkpoints.find(({ step }) => step === evaluation.chosen.step)!;
    await restore(other, readCheckpoint(await chosen.read()));
    const expected = await evaluateRows(other, DATA, parts.test, "local-mean");
    assertSame(prediction.probabilities, expected.probabilities, "probabilities");
    const { test } = evaluation;
    assert.equal(test.accuracy, expected.accuracy);
    assert(Math.abs(test.logLoss - expected.loss) <= 1e-5);
    assert.equal(test.confusion.flat().reduce((a, b) => a + b), 8);
    assert.deepEqual(test.byGroup, [{ subject: 2, image: null, images: 8, hits: 8 * test.accuracy }]);
    assert.deepEqual([test.subjects, test.unknown], [1, 0]);
    assert.deepEqual(evaluation.images, { train: 24, validation: 8, test: 8 });
    assert.equal(evaluation.optimistic, false);

    // Other test labels change what is found, and not what is chosen.
    const labels = DATA.labels.slice();
    for (const row of parts.test) labels[row] = 0;
    const shuffled = (await evaluate(net, { ...DATA, labels }, checkpoints)).evaluation;
    assert.deepEqual(shuffled.checkpoints, evaluation.checkpoints);
    assert.deepEqual(shuffled.chosen, evaluation.chosen);
    assert.notDeepEqual(shuffled.test.confusion, test.confusion);
  }),
);

Deno.test(
  "last: no accuracy is looked at; original: the test images choose, and it is called optimistic",
  withGpu(async (gpu) => {
    const checkpoints = await trained(gpu);
    using net = await create(gpu, DATA);
    const last = (await evaluate(net, DATA, checkpoints, { selection: "last" })).evaluation;
    assert.deepEqual(last.chosen, { step: 6, accuracy: null });
    assert(last.checkpoints.every(({ accuracy }) => accuracy === null));

    const original = await trained(gpu, { protocol: "original" });
    const { evaluation } = await evaluate(net, DATA, original);
    assert.equal(evaluation.selection, "original");
    assert.equal(evaluation.optimistic, true);
    assert.match(evaluation.rule, /^OPTIMISTIC/);
    assert.deepEqual(evaluation.images, { train: 32, validation: 0, test: 8 });
    const best = Math.max(...evaluation.checkpoints.map(({ accuracy }) => accuracy!));
    assert.equal(evaluation.test.accuracy, best, "the test accuracy is the one that chose");

    await assert.rejects(
      evaluate(net, DATA, original, { selection: "validation" }),
      /trained under the protocol "original"/,
    );
    await assert.rejects(evaluate(net, DATA, checkpoints, { selection: "original" }), /protocol "validation".*Remedy/);
    const { evaluation: either } = await evaluate(net, DATA, original, { selection: "last" });
    assert.equal(either.chosen.step, 6);
  }),
);

Deno.test(
  "a run under the original protocol learns the validation images",
  withGpu(async (gpu) => {
    const bytes = async (
      options: TrainOptions,
      dataset: Dataset,
    ) => (await (await trained(gpu, options, dataset)).at(-1)!.read());
    // Validation images of split 0 with other pixels: of no consequence for the one, of some for the other.
    const images = DATA.images.slice();
    for (const row of splitIndices(DATA, 0).validation) images.fill(7, row * 64, (row + 1) * 64);
    const changed = { ...DATA, images };
    assertSame(await bytes({}, changed), await bytes({}, DATA), "validation");
    assert.notDeepEqual(await bytes({ protocol: "original" }, changed), await bytes({ protocol: "original" }, DATA));
  }),
);

Deno.test(
  "checkpoints of other data, of another run, or under a wrong name are refused",
  withGpu(async (gpu) => {
    const checkpoints = await trained(gpu);
    using net = await create(gpu, DATA);
    const attempt = (dataset: Dataset, saved: SavedCheckpoint[]) => evaluate(net, dataset, saved);
    await assert.rejects(attempt(DATA, []), /checkpoints is empty/);
    await assert.rejects(
      attempt({ ...DATA, fingerprint: "other" }, checkpoints),
      /trained on other data .* test images may be among/,
    );
    const renamed = checkpoints.map(({ step, read }) => ({ step: step + 1, read }));
    await assert.rejects(attempt(DATA, renamed), /step 7 says that it is of step 6/);
    const damaged = [{ step: 6, read: () => new Uint8Array(7) }];
    await assert.rejects(attempt(DATA, damaged), /^CheckpointError: the checkpoint of step 6: .*7 bytes/);
    await assert.rejects(attempt(DATA, [{ ...damaged[0], name: "a/b" }]), /^CheckpointError: a\/b: .*7 bytes/);
    const mixed = [...checkpoints.slice(0, 2), ...(await trained(gpu, { seed: 8 })).slice(2)];
    await assert.rejects(attempt(DATA, mixed), /steps 0 and 6 are of different runs/);
    const official = { ...DATA, folds: new Int32Array(40).fill(0), foldKind: "splits" as const };
    official.folds.set([1, 1], 0);
    const saved = await trained(gpu, {}, official);
    await assert.rejects(attempt(official, saved), /has no test image/);
    const stop = AbortSignal.abort(new Error("enough"));
    await assert.rejects(evaluate(net, DATA, checkpoints, { signal: stop }), /enough/);
  }),
);
