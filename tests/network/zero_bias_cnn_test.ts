/** A network in several hands: who may change it, whose a failure is, and what is left of it after its end. */
import assert from "node:assert/strict";
import { attribute } from "../../analysis/attribution.ts";
import { layerResponses } from "../../analysis/responses.ts";
import { type Gpu, openGpu } from "../../gpu/device.ts";
import { GpuOutOfMemoryError } from "../../gpu/errors.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { evaluateRows } from "../../training/evaluation/rows.ts";
import { Random } from "../support/random.ts";
import { assertSame } from "../support/same.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const create = (gpu: Gpu, seed = 1) => ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 4, seed, initialScale: 1 });
const images = (count: number) => new Random(count).normal(count * 64);

Deno.test("of two predictions at a time the one that fits gives its numbers, and the one that does not is rejected", async () => {
  const [few, many] = [images(2), images(64)];
  let expected: Float32Array = new Float32Array(), limit = 0;
  {
    using gpu = await openGpu();
    using net = await create(gpu, 1);
    using _other = await create(gpu, 2);
    expected = await net.predict(few);
    limit = gpu.memory.peakBytes + 1e5;
  }
  using gpu = await openGpu({ memoryLimit: limit });
  {
    using net = await create(gpu, 1);
    using other = await create(gpu, 2);
    for (let round = 0; round < 2; round++) {
      const one = round === 0 ? net.predict(few) : undefined;
      const failing = assert.rejects(other.predict(many), GpuOutOfMemoryError);
      assertSame(await (one ?? net.predict(few)), expected, `prediction ${round}`);
      await failing;
      await assert.rejects(other.predict(many), GpuOutOfMemoryError, "each time anew");
      assertSame(await net.predict(few), expected, "afterwards");
    }
  }
  await gpu.settled();
  assert.equal(gpu.memory.buffers, 0);
});

Deno.test("a network that is disposed of takes nothing any more, and says so", async () => {
  using gpu = await openGpu();
  const dataset = await tinyDataset();
  const net = await create(gpu);
  const parameters = await net.parameters();
  await net.predict(images(1));
  net.dispose();
  net.dispose();
  assert.equal(gpu.memory.buffers, 0);
  const rows = { dataset, rows: Uint32Array.of(0), normalization: "local-mean" as const };
  const attempts: (() => unknown)[] = [
    () => net.predict(images(1)),
    () => net.lossAndGradients(images(1), [0]),
    () => net.trainStep(images(1), [0]),
    () => net.setParameters(parameters),
    () => net.setMomentum(parameters),
    () => net.parameters(),
    () => net.momentum(),
    () => net.activations(1),
    () => net.updateCalls(),
    () => net.own("something"),
    () => evaluateRows(net, dataset, rows.rows, "local-mean"),
    () => layerResponses(net, rows, { layer: "conv1" }),
    () => attribute(net, rows, { target: 0, method: "integrated-gradients" }),
  ];
  for (const attempt of attempts) {
    // A promise or not.
    await assert.rejects(async () => await attempt(), /this network was disposed of. Remedy: create another one/);
    assert.equal(gpu.memory.buffers, 0, String(attempt));
  }
  await gpu.settled();
});

Deno.test("a network that is disposed of while something works with it leaves nothing on the GPU", async () => {
  using gpu = await openGpu();
  const dataset = await tinyDataset({ perFold: 14 });
  const rows = Uint32Array.from({ length: 66 }, (_, n) => n);
  const source = { dataset, rows, normalization: "local-mean" as const };
  const works: ((net: ZeroBiasCnn) => Promise<unknown>)[] = [
    (net) => net.predict(images(66)),
    (net) => net.lossAndGradients(images(66), new Array(66).fill(1)),
    (net) => net.trainStep(images(66), new Array(66).fill(1)),
    (net) => evaluateRows(net, dataset, rows, "local-mean"),
    (net) => layerResponses(net, source, { layer: "fc4" }),
    (net) => attribute(net, source, { target: 0, method: "guided" }),
    (net) => attribute(net, source, { target: 0, method: "integrated-gradients", steps: 2 }),
  ];
  for (const work of works) {
    const net = await create(gpu);
    const result = work(net);
    await Promise.resolve();
    net.dispose();
    await assert.rejects(result, /disposed/, String(work));
    assert.deepEqual([gpu.memory.buffers, gpu.memory.bytes], [0, 0], String(work));
    await gpu.settled();
  }
});

Deno.test("a signal stops every loop over batches between two of them, with its reason, and nothing stays", async () => {
  using gpu = await openGpu();
  using net = await create(gpu);
  const dataset = await tinyDataset({ perFold: 14 });
  const rows = Uint32Array.from({ length: 66 }, (_, n) => n);
  const source = { dataset, rows, normalization: "local-mean" as const };
  const works: ((signal: AbortSignal) => Promise<unknown>)[] = [
    (signal) => net.predict(images(66), { signal }),
    (signal) => evaluateRows(net, dataset, rows, "local-mean", { signal }),
    (signal) => layerResponses(net, source, { layer: "conv1", signal }),
    (signal) => attribute(net, source, { target: 0, method: "guided", signal }),
    (signal) => attribute(net, source, { target: 0, method: "integrated-gradients", steps: 2, signal }),
  ];
  net.activations(66);
  await net.predict(images(64));
  for (const work of works) {
    const stop = new AbortController(), reason = new Error("enough");
    const kept = () => gpu.memory.buffers - net.activations(1).buffers.length;
    const before = kept();
    const result = work(stop.signal); // the first batch is queued
    stop.abort(reason);
    await assert.rejects(result, reason, String(work));
    assert(kept() - before <= 0, String(work));
  }
});
