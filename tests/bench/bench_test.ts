/** The benchmark: it checks before it times, how it times, what it prints and writes. */
import assert from "node:assert/strict";
import { check } from "../../bench/measure/check.ts";
import { profile } from "../../bench/measure/profile.ts";
import { LASTING, repetitions, take } from "../../bench/measure/repeat.ts";
import { summary } from "../../bench/measure/times.ts";
import { Workload } from "../../bench/measure/workload.ts";
import { steadiness } from "../../bench/steadiness.ts";
import type { Gpu } from "../../gpu/device.ts";
import { needs } from "../permissions.ts";
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
  "bench: the check knows conv3's sparse gradients by name, and that they are as exact as float32",
  withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, { ...small, batch: 1, imageSize: 64 });
    const { net } = workload;
    assert((await check(net, 1)).error < 2e-5);
    // Within Winograd's tolerance, but not within that of a sum.
    const [name, off] = gpu.adapter.software ? ["sparse", 1e-5] : ["winograd", 1e-3];
    const read = gpu.read.bind(gpu) as Gpu["read"];
    gpu.read = async (buffer, ...rest) => {
      const values = await read(buffer, ...rest);
      if (buffer !== net.gradients["conv3.weight"]) return values;
      const largest = (values as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      values[values.length - 1] += off * largest;
      return values;
    };
    try {
      await assert.rejects(check(net, 1), new RegExp(`conv3 by weight \\(${name}\\) is off by`));
    } finally {
      Reflect.deleteProperty(gpu, "read");
    }
  }),
);

Deno.test(
  "bench: the check looks at the whole of a batch that goes through the network in parts",
  withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, { ...small, batch: 70, imageSize: 8 });
    const { net } = workload;
    assert(net.activations(70).capacity < 70);
    const { images, tensors } = await check(net, 70);
    assert.deepEqual([images, tensors], [70, 8]);
    // The gradients of the last part alone, as if they were not added up.
    const whole = net.lossAndGradients.bind(net);
    net.lossAndGradients = async (images, labels) => {
      const result = await whole(images, labels);
      const { "conv1.weight": gradient } = result.gradients;
      gpu.write(net.gradients["conv1.weight"], gradient.map((value) => value * 6 / 70));
      return result;
    };
    await assert.rejects(check(net, 70), /conv1 by weight/);
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

Deno.test("bench: medians, of an even number between the two in the middle, and ranges", () => {
  assert.deepEqual(summary([3, 1, 2]), { median: 2, least: 1, most: 3 });
  assert.deepEqual(summary([4, 1, 10, 2]), { median: 3, least: 1, most: 10 });
  assert.deepEqual(summary([7]), { median: 7, least: 7, most: 7 });
});

Deno.test("bench: what is short is queued many times for one wait, what lasts once", async () => {
  const asked: number[] = [];
  const of = (step: number) => (times: number) => {
    asked.push(times);
    return Promise.resolve({ milliseconds: (12 + step * times) / times }); // 12 ms until the wait is noticed
  };
  const times = await repetitions(of(1));
  assert(times >= LASTING - 12 && times < 2 * LASTING, `${times} of 1 ms`);
  asked.length = 0;
  assert.equal(await repetitions(of(600)), 1);
  assert.deepEqual(asked, [1, 1]); // the first compiles
  let [queued, waits] = [0, 0];
  const gpu = { settled: () => Promise.resolve(void waits++) } as unknown as Gpu;
  await take(gpu, () => void queued++, 50);
  assert.deepEqual([queued, waits], [50, 2]); // for what was queued before, and for these
});

Deno.test("bench: a time that is no number is refused, instead of asking for ever for more", async () => {
  const always = (milliseconds: number) => {
    let asked = 0;
    return repetitions(() => {
      if (++asked > 1000) throw new Error("still asking");
      return Promise.resolve({ milliseconds });
    });
  };
  for (const [odd, whole] of [[NaN, NaN], [Infinity, Infinity], [-1, -1], [undefined as unknown as number, NaN]]) {
    await assert.rejects(always(odd), { message: new RegExp(`^1 of it took ${whole} ms, expected .*Remedy`) });
  }
  await assert.rejects(always(0), { message: /^Infinity of it took NaN ms/ }); // a clock that stands still
  assert.equal(await always(LASTING), 1);
});

Deno.test("bench: a crop's changes are those of frames that follow each other; one without a face stands between", () => {
  const square = (left: number, size = 10) => ({ left, top: 0, size });
  const still = steadiness([[square(0), square(1), undefined, square(9), square(9, 20)]]);
  assert.deepEqual(still.moved, [0.1, Math.hypot(5, 5) / 20]);
  assert.deepEqual([still.grown, still.ended, still.missed], [[0, 1], [1], 1]);
  const none = steadiness([[undefined, undefined], []]);
  assert.deepEqual(none, { moved: [], grown: [], ended: [], missed: 2 });
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
