/**
 * Training in a browser, by mod.ts bundled, on another adapter than Deno's: the same images are drawn and augmented in the same ways, and the
 * losses of the first 50 steps are the same within a thousandth.
 */
import assert from "node:assert/strict";
import type { Dataset } from "../../datasets/dataset.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { bundle } from "../../tasks/explore/site/bundle.ts";
import { augment, sampleIndices } from "../../training/draws.ts";
import { train } from "../../training/train.ts";
import { assertWithin } from "../support/compare.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { openAddress, serveScript, startBrowser } from "./browser.ts";

const STEPS = 50;
/**
 * How far a loss may be from the other adapter's, as a share of it. Rounding differs by parts in a million in the first step, and a run that
 * leaps about, as with ten times this learning rate, doubles that in each of the next ones.
 */
const BOUND = 1e-3;
const NETWORK = { imageSize: 16, classes: 4, seed: 3, initialScale: 1, convolution: "winograd" } as const;
const OPTIONS = {
  variant: "cnn_ad",
  batch: 8,
  seed: 3,
  learningRate: 0.001,
  steps: STEPS,
  logEvery: 1,
  validateEvery: STEPS,
} as const;
const DRAW = { seed: 3, step: 7, batch: 32, count: 1000 };

/** What is asked of both. */
interface Answers {
  index: number[];
  /** Of every augmented image: what was drawn for it. */
  drawn: number[][];
  losses: number[];
}

/** The page's part, as a script. */
const TRAIN = `async ([given, NETWORK, OPTIONS, DRAW]) => {
  const { openGpu, ZeroBiasCnn, train, sampleIndices, augment } = await import("/mod.js");
  const dataset = { ...given, images: Uint8Array.from(given.images) };
  for (const name of ["labels", "subjects", "folds"]) dataset[name] = Int32Array.from(given[name]);
  const gpu = await openGpu();
  const net = await ZeroBiasCnn.create(gpu, NETWORK);
  const losses = [];
  for await (const { loss } of train(net, dataset, OPTIONS)) losses.push(loss);
  const index = [...await sampleIndices(gpu, DRAW)];
  const { parameters } = await augment(gpu, dataset.images, { ...DRAW, imageSize: dataset.imageSize });
  const drawn = parameters.map((one) => Object.values(one).map(Number));
  net.dispose();
  const { buffers } = gpu.memory, { description, architecture } = gpu.adapter;
  gpu.dispose();
  return { index, drawn, losses, buffers, adapter: description || architecture };
}`;

async function trainHere(dataset: Dataset): Promise<Answers & { adapter: string }> {
  using gpu = await openGpu();
  using net = await ZeroBiasCnn.create(gpu, NETWORK);
  const losses: number[] = [];
  for await (const { loss } of train(net, dataset, OPTIONS)) losses.push(loss);
  const { parameters } = await augment(gpu, dataset.images, { ...DRAW, imageSize: dataset.imageSize });
  return {
    index: [...await sampleIndices(gpu, DRAW)],
    drawn: parameters.map((one) => Object.values(one).map(Number)),
    losses,
    adapter: gpu.adapter.description,
  };
}

Deno.test("training in a browser draws the same images as in Deno, and its losses are the same", async () => {
  const code = await bundle(new URL("../../mod.ts", import.meta.url));
  await using server = serveScript(code);
  const dataset = await tinyDataset({ imageSize: NETWORK.imageSize, classes: NETWORK.classes });
  const plain = { ...dataset } as Record<string, unknown>;
  for (const name of ["images", "labels", "subjects", "folds"]) plain[name] = [...plain[name] as Int32Array];
  const here = await trainHere(dataset);
  const browser = await startBrowser();
  try {
    const { page, complaints } = await openAddress(browser, `http://127.0.0.1:${server.addr.port}/`, { width: 800 });
    page.setDefaultTimeout(0);
    const there: Answers & { adapter: string; buffers: number } = await page.evaluate(
      `(${TRAIN})(${JSON.stringify([plain, NETWORK, OPTIONS, DRAW])})`,
    );
    assert.notEqual(there.adapter, here.adapter, "another adapter");
    assert.deepEqual(there.index, here.index);
    assert.equal(there.drawn.length, dataset.labels.length);
    for (const [n, drawn] of there.drawn.entries()) {
      assertWithin(drawn, here.drawn[n], () => 1e-6, `augmentation of image ${n}`);
    }
    assert.equal(there.losses.length, STEPS);
    assert(Math.max(...here.losses) - Math.min(...here.losses) > 0.1, "something was learnt");
    assertWithin(there.losses, here.losses, (step) => BOUND * here.losses[step], "losses");
    assert.equal(there.buffers, 0, "everything was given back");
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
});
