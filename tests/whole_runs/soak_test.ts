/** The soak runs of this folder, short: kills at random moments, and memory over some steps; and what a leak looks like to them. */

import assert from "node:assert/strict";
import { attribute, ATTRIBUTION_METHODS } from "../../analysis/attribution.ts";
import { projectUnits } from "../../analysis/projection.ts";
import { layerResponses } from "../../analysis/responses.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { evaluateRows } from "../../training/evaluation/rows.ts";
import { train } from "../../training/train.ts";
import { needs } from "../permissions.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { killAndResume } from "../soak/kills.ts";
import { measureGrowth, MOST_PER_STEP, whatGrew } from "../soak/memory.ts";

Deno.test({
  name: "runs that are killed at random moments and resumed end in the uninterrupted run's bytes",
  ignore: needs("read", "write", "ffi", "run") || Deno.build.os === "windows",
  async fn() {
    const { kills, insideWrite } = await killAndResume({ kills: 8, insideWrites: 1, most: 40, seed: 4 });
    assert(insideWrite >= 1, `none of ${kills} kills fell into a checkpoint's write`);
  },
});

Deno.test({
  name: "memory does not grow with the steps of a training run", // its convolutions go in more than one piece
  ignore: needs("read", "write"),
  async fn() {
    const growth = await measureGrowth({ steps: 60, imageSize: 32, batch: 16, every: 2 });
    // Over so few steps the process itself is not quite steady yet.
    assert.deepEqual(whatGrew(growth, 2 ** 16), []);
    assert.equal(growth.samples.length, 30);
  },
});

Deno.test("what grows is named", () => {
  const steady = { residentPerStep: 10, bytes: [5, 5] as [number, number], resident: 1, buffersLeft: 0, samples: [] };
  assert.deepEqual(whatGrew(steady), []);
  assert.match(
    whatGrew({ ...steady, residentPerStep: MOST_PER_STEP + 1 }).join(),
    /the process grew by 6712 bytes a step/,
  );
  assert.match(whatGrew({ ...steady, residentPerStep: NaN }).join(), /grew by NaN/);
  assert.match(whatGrew({ ...steady, bytes: [5, 6] }).join(), /from 5 to 6 bytes/);
  assert.match(whatGrew({ ...steady, buffersLeft: 1 }).join(), /1 buffers were left/);
});

Deno.test("training, evaluation, projection and attribution give back every buffer, and take no more the second time", async () => {
  const dataset = await tinyDataset();
  const images = Float32Array.from(dataset.images.subarray(0, 2 * 64), (byte) => byte / 255);
  const gpu = await openGpu();
  const held: Record<string, number[]> = {};
  {
    using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 4, seed: 1, initialScale: 1 });
    const uses: Record<string, () => Promise<unknown>> = {
      training: () =>
        Array.fromAsync(train(net, dataset, { steps: net.step + 2, batch: 2, logEvery: 1, validateEvery: 1 })),
      evaluation: () => evaluateRows(net, dataset, Uint32Array.of(1, 2, 3), "local-mean"),
      responses: () => layerResponses(net, images, { layer: "conv3" }),
      projection: () =>
        projectUnits(net, images, [{ image: 1, filter: 2, y: 0, x: 1 }], { layer: "conv3", method: "guided" }),
      attribution: async () => {
        for (const method of ATTRIBUTION_METHODS) await attribute(net, images, { target: [0, 1], method, steps: 2 });
      },
    };
    for (const round of [0, 1]) {
      for (const [name, use] of Object.entries(uses)) {
        await use();
        await gpu.settled();
        (held[name] ??= [])[round] = gpu.memory.bytes;
      }
    }
  }
  const first = held.attribution[0]; // the network keeps its activations for the largest batch so far
  for (const [name, [, second]] of Object.entries(held)) assert.equal(second, first, name);
  assert.deepEqual([gpu.memory.buffers, gpu.memory.bytes], [0, 0]);
  gpu.dispose();
});
