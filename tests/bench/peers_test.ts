/** The comparison with peers: what their answers have to be, what becomes of one that fails, which ratios there are, what the table says. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Workload } from "../../bench/measure/workload.ts";
import { candidates } from "../../bench/peers/candidates.ts";
import { comparePeers, largestRight } from "../../bench/peers/compare.ts";
import { linesOf, Peer } from "../../bench/peers/peer.ts";
import { Exercise, type Problem } from "../../bench/peers/problem.ts";
import { peersTable } from "../../bench/table.ts";
import { needs } from "../permissions.ts";
import { dot } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";

const small = { batch: 2, imageSize: 16, variant: "cnn_ad", convolution: "auto" } as const;
const program = fileURLToPath(new URL("./fake_peer.ts", import.meta.url));
const start = (how: string, folder = "") => ["run", "--quiet", "--allow-all", program, folder, how];
/** A peer as tests/bench/fake_peer.ts plays it. */
const fake = (how: string, most = 2) => ({
  name: how,
  most,
  command: "deno",
  args: (folder: string) => start(how, folder),
});

Deno.test({
  name: "peers: an answer is right only with our loss and our gradients' norms, at the weights it was given",
  ignore: needs("read", "write"),
  fn: withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, small);
    const exercise = new Exercise(workload);
    const folder = await Deno.makeTempDir();
    try {
      await exercise.write(folder);
      const { byteLength } = await Deno.readFile(`${folder}/images.f32`);
      assert.equal(byteLength, 4 * 2 * 256);
      const images = new Float32Array((await Deno.readFile(`${folder}/images.f32`)).buffer);
      const { loss, gradients } = await workload.net.lossAndGradients(images, [0, 1]);
      const norms = Object.fromEntries(
        Object.entries(gradients).map(([name, values]) => [name, Math.sqrt(dot(values, values))]),
      );
      workload.step(); // moves the weights
      assert.equal(await exercise.fault({ loss, norms }, 2), undefined);
      assert.match((await exercise.fault({ loss: Math.log(8), norms }, 2))!, /its loss is 2.07/);
      assert.match((await exercise.fault({ loss: NaN, norms }, 2))!, /its loss is NaN/);
      const zero = { ...norms, "conv1.weight": 0 };
      assert.match((await exercise.fault({ loss, norms: zero }, 2))!, /gradient by conv1.weight is 0/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }),
});

Deno.test({
  name:
    "peers: one that fails says why and takes nothing from the others; one that ends is started anew for fewer images",
  ignore: needs("run", "read", "write", "env"),
  fn: withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, small);
    const who = [
      fake("silent"),
      { ...fake("nowhere"), command: "/nowhere/python3" },
      fake("chatty"),
      fake("nan"),
      { name: "absent", missing: "not here" },
      fake("right:1"),
    ];
    const compared = await comparePeers(workload, { ...small, rounds: 2, python: "" }, who, 0);
    const missing = compared.map(({ missing = "" }) => missing);
    assert.match(missing[0], /^it ended before it was ready/);
    assert.match(missing[1], /nowhere/);
    assert.match(missing[2], /answered "hello", expected a line of JSON/);
    assert.match(missing[3], /^wrong at 2 images: its loss is NaN.*; wrong at 1 images: its loss is NaN/);
    assert.equal(missing[4], "not here");
    const { peer, pairs = [] } = compared[5];
    assert.equal(compared[5].missing, undefined);
    assert.equal(peer, "fake, right:1");
    // Where its batch is smaller, ours is timed at that size too.
    assert.deepEqual(
      pairs.map(({ what, batch: { ours, its } }) => [what, ours, its]),
      [["step", 2, 1], ["step", 1, 1], ["forward", 2, 1], ["forward", 1, 1]],
    );
    for (const { batch, ours, its, ratio } of pairs) {
      assert.equal(its.median, 3);
      assert(Math.abs(ratio.least - ours.least / batch.ours / 3) <= 1e-9 * ratio.least);
    }
  }),
});

Deno.test("peers: the largest right batch is found, whatever it is, in few trials", async () => {
  for (const most of [1, 2, 7, 56, 64]) {
    for (let largest = 0; largest <= most; largest++) {
      const tried: number[] = [];
      const found = await largestRight(most, (n) => {
        tried.push(n);
        return Promise.resolve(n <= largest);
      });
      assert.equal(found, largest);
      assert.equal(new Set(tried).size, tried.length, `${tried}`);
      assert(tried.length <= 2 * Math.log2(most) + 1, `${tried}`);
      assert(tried.every((n) => n >= 1 && n <= most));
    }
  }
});

Deno.test({
  name: "peers: the time of many steps for one wait is divided by their number",
  ignore: needs("run", "read", "env"),
  async fn() {
    const peer = await Peer.start("deno", start("right:8"));
    try {
      assert.deepEqual(await peer.time("step", 2, 1), { milliseconds: 6, processor: 10 });
      assert.deepEqual(await peer.time("forward", 2, 500), { milliseconds: 6, processor: 10 });
    } finally {
      await peer.close();
    }
  },
});

Deno.test({
  name:
    "peers: an answer without both times is an error that names the peer and what it said, and ends the comparison with it",
  ignore: needs("run", "read", "write", "env"),
  fn: withGpu(async (gpu) => {
    for (
      const [answer, message] of [
        ['{"milliseconds": NaN, "processor": 1}', /^fake, .* took NaN ms by the clock at \{"do":"step".*Remedy/],
        ['{"milliseconds": null, "processor": 1}', /NaN ms by the clock/],
        ['{"milliseconds": -1, "processor": 1}', /-1 ms by the clock/],
        ['{"milliseconds": "1", "processor": 1}', /"1" ms by the clock/],
        ['{"milliseconds": 1}', /undefined ms of the processor/],
        ["null", /undefined ms by the clock/],
      ] as const
    ) {
      const peer = await Peer.start("deno", start(`answer:${answer}`));
      try {
        await assert.rejects(peer.time("step", 2, 1), { message });
      } finally {
        await peer.close();
      }
    }
    using workload = await Workload.create(gpu, small);
    const who = [fake('answer:{"milliseconds": null, "processor": null}')];
    const [{ missing, pairs }] = await comparePeers(workload, { ...small, rounds: 1, python: "" }, who, 0);
    assert.match(missing!, /^at 2 images: fake, .* took NaN ms/);
    assert.equal(pairs, undefined);
  }),
});

Deno.test({
  name: "peers: they are given what our step does, dropout where the variant has it",
  ignore: needs("read", "write"),
  fn: withGpu(async (gpu) => {
    for (const [variant, dropout] of [["cnn_ad", 0.5], ["cnn_a", 0]] as const) {
      using workload = await Workload.create(gpu, { ...small, variant });
      const folder = await Deno.makeTempDir();
      try {
        await new Exercise(workload).write(folder);
        const problem: Problem = JSON.parse(await Deno.readTextFile(`${folder}/problem.json`));
        assert.deepEqual(
          [problem.dropout, problem.learningRate, problem.momentum, problem.weightDecay],
          [dropout, 0.01, 0.9, 1e-5],
        );
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
  }),
});

Deno.test({
  name: "peers: PyTorch and TensorFlow.js are looked for, at the batch or less; a Python that is not there says so",
  ignore: needs("run", "read"),
  fn: withGpu(async (gpu) => {
    using workload = await Workload.create(gpu, { ...small, batch: 5 });
    const [pytorch, tfjs] = await candidates(workload, { python: "/nowhere/python3", tfjsBatch: 3 });
    assert("missing" in pytorch && /^\/nowhere\/python3: .*--python names another/.test(pytorch.missing));
    assert("most" in tfjs);
    assert.equal(tfjs.most, 3);
  }),
});

Deno.test("peers: lines of a stream; the table names both ratios, and what a step of each does", async () => {
  const stream = ReadableStream.from(["a\nb", "c\nd"].map((text) => new TextEncoder().encode(text)));
  assert.deepEqual(await Array.fromAsync(linesOf(stream)), ["a", "bc"]);
  assert.equal(
    peersTable([{ peer: "PyTorch", missing: "python3 has no torch" }], "cnn"),
    "PyTorch: python3 has no torch",
  );
  const time = { median: 2, least: 1, most: 3 };
  const pair = { what: "step", ours: time, its: time, ratio: time, processor: time } as const;
  const pairs = [{ ...pair, batch: { ours: 64, its: 1 } }, { ...pair, batch: { ours: 1, its: 1 } }];
  const full = peersTable([{ peer: "it", pairs }], "cnn_ad");
  assert.match(full, /step, its largest batch +64 : 1/);
  assert.match(full, /step, same batch +1 : 1/);
  assert.match(full, /drop 50% of fc4's inputs\.\nOnly ours also draws, augments and normalizes/);
  const plain = peersTable([{ peer: "it", pairs }], "cnn");
  assert.match(plain, /weight decay\.\nOnly ours also draws and normalizes/);
});
