/** The benchmark: it checks before it times, what it prints and writes, how it tells a cliff, and what a peer's answer has to be. */
import assert from "node:assert/strict";
import { cliffs, type Growth } from "../../bench/growth/measure.ts";
import { check } from "../../bench/measure/check.ts";
import { profile } from "../../bench/measure/profile.ts";
import { summary } from "../../bench/measure/times.ts";
import { Workload } from "../../bench/measure/workload.ts";
import { linesOf } from "../../bench/peers/peer.ts";
import { Exercise } from "../../bench/peers/problem.ts";
import { growthTable, peersTable } from "../../bench/table.ts";
import { needs } from "../permissions.ts";
import { dot } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { runTask } from "../support/task.ts";

const small = { batch: 2, imageSize: 16, variant: "cnn_ad", convolution: "auto" } as const;

Deno.test(
  "bench: the check passes on the network's kernels, and names the convolution that is off",
  withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, small);
    const { net } = workload;
    const { error, tensors } = await check(net, 2);
    assert(error > 0 && error < 2e-5);
    assert.equal(tensors, 8); // conv1 has no gradient by its input
    // The check reads the weights after the pass: what the pass then did with others is wrong.
    const settled = net.lossAndGradients.bind(net);
    net.lossAndGradients = async (images, labels) => {
      const result = await settled(images, labels);
      const weights = (await net.parameters())["conv2.weight"];
      await net.setParameters({ "conv2.weight": weights.map((weight) => 1.001 * weight) });
      return result;
    };
    await assert.rejects(check(net, 2), /conv2 forward \(winograd\) is off by/);
  }),
);

Deno.test(
  "bench: the profile has every part of the step once, with its share and the work of its products",
  withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, small);
    const parts = (await profile(gpu, workload, 2, 2))!;
    assert.deepEqual(
      parts.filter(({ gigaflops }) => gigaflops !== null).map(({ part }) => part).sort(),
      ["1 by weight", "1 forward", "2 by input", "2 by weight", "2 forward", "3 by input", "3 by weight", "3 forward"]
        .map((name) => `conv${name}`).concat("dense backward", "dense forward"),
    );
    for (const part of ["sampling", "augmentation", "normalization", "loss", "update"]) {
      assert.equal(parts.filter((row) => row.part === part).length, 1, part);
    }
    assert(parts.every(({ part }) => part !== ""), "every call has a part");
    assert(Math.abs(parts.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
    const calls = parts.flatMap(({ kernels }) => kernels).reduce((sum, row) => sum + row.calls, 0);
    assert.equal(calls, workload.program.calls.length);
  }),
);

Deno.test(
  "bench: a peer's answer is right only with our loss and our gradients' norms, at the weights it was given",
  withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, small);
    const { net } = workload;
    const exercise = new Exercise(net, 2);
    const folder = await Deno.makeTempDir();
    try {
      await exercise.write(folder);
      const { byteLength } = await Deno.readFile(`${folder}/images.f32`);
      assert.equal(byteLength, 4 * 2 * 256);
      const images = new Float32Array((await Deno.readFile(`${folder}/images.f32`)).buffer);
      const { loss, gradients } = await net.lossAndGradients(images, [0, 1]);
      const norms = Object.fromEntries(
        Object.entries(gradients).map(([name, values]) => [name, Math.sqrt(dot(values, values))]),
      );
      workload.program.step(); // moves the weights
      assert.equal(await exercise.fault({ loss, norms }, 2), undefined);
      assert.match((await exercise.fault({ loss: Math.log(8), norms }, 2))!, /its loss is 2.07/);
      assert.match((await exercise.fault({ loss: NaN, norms }, 2))!, /its loss is NaN/);
      const zero = { ...norms, "conv1.weight": 0 };
      assert.match((await exercise.fault({ loss, norms: zero }, 2))!, /gradient by conv1.weight is 0/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }),
);

Deno.test("bench: medians and ranges, cliffs, lines of a peer, and what stands for a peer that is missing", async () => {
  assert.deepEqual(summary([3, 1, 2]), { median: 2, least: 1, most: 3 });
  const time = summary([1]);
  const points = [8, 4, 4.4, 7].map((unit, n) => ({ size: 2 ** n, time, unit, memory: 1e6 }));
  const growth: Growth = { over: "batch", given: "16 x 16", unit: "ms an image", points };
  assert.deepEqual(cliffs(growth).map(({ from, to }) => [from, to]), [[4, 8]]);
  assert.match(growthTable(growth), /a cliff: a unit of work costs 1.6 times from 4 to 8/);
  assert.match(growthTable({ ...growth, points: points.slice(0, 3) }), /no cliff/);
  const stream = ReadableStream.from(["a\nb", "c\nd"].map((text) => new TextEncoder().encode(text)));
  assert.deepEqual(await Array.fromAsync(linesOf(stream)), ["a", "bc"]);
  assert.equal(peersTable([{ peer: "PyTorch", missing: "python3 has no torch" }]), "PyTorch: python3 has no torch");
});

Deno.test({
  name: "bench: the task prints the step, its kernels, memory and start-up, and writes them as JSON",
  ignore: needs("run", "read", "write"),
  async fn() {
    const file = await Deno.makeTempFile({ suffix: ".json" });
    const { code, stdout, stderr } = await runTask(
      "bench",
      ...["--batch", "2", "--image-size", "16", "--rounds", "1", "--json", file],
    );
    assert.equal(code, 0, stderr);
    for (const words of ["checked: 8 tensors", "conv3 by input", "training step", "process start to first step"]) {
      assert(stdout.includes(words), stdout);
    }
    const { step, parts, memory, startUp, checked } = JSON.parse(await Deno.readTextFile(file));
    assert(step.median > 0 && parts.length > 10 && memory.training > 1e6 && checked.error < 2e-5);
    assert(startUp.toFirstStep > 50);
    await Deno.remove(file);
    const wrong = await runTask("bench", "--image-size", "20");
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /Expected a multiple of 8/);
  },
});
