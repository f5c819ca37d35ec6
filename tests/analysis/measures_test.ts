/** Structural similarity, class selectivity and the control, against numbers from elsewhere and plain recomputation. */
import assert from "node:assert/strict";
import { randomizedControl } from "../../analysis/control.ts";
import { classSelectivity } from "../../analysis/statistics/selectivity.ts";
import { structuralSimilarity } from "../../analysis/pictures/structural_similarity.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { dot } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

/** SSIM by its definition: weighted central moments, with the Gaussian as an outer product of one that is normalized in one dimension. */
function reference(a: number[][], b: number[][], range: number): number {
  const rows = a.length, columns = a[0].length;
  const fits = Math.min(11, rows, columns), side = fits - (fits + 1) % 2;
  const raw = Array.from({ length: side }, (_, i) => Math.exp(-0.5 * ((i - (side - 1) / 2) / 1.5) ** 2));
  const line = raw.map((weight) => weight / raw.reduce((x, y) => x + y));
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const values: number[] = [];
  for (let top = 0; top <= rows - side; top++) {
    for (let left = 0; left <= columns - side; left++) {
      const mean = (f: (i: number, j: number) => number) => {
        let sum = 0;
        for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) sum += line[i] * line[j] * f(top + i, left + j);
        return sum;
      };
      const [ma, mb] = [mean((i, j) => a[i][j]), mean((i, j) => b[i][j])];
      const va = mean((i, j) => (a[i][j] - ma) ** 2), vb = mean((i, j) => (b[i][j] - mb) ** 2);
      const cov = mean((i, j) => (a[i][j] - ma) * (b[i][j] - mb));
      values.push((2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2)));
    }
  }
  return values.reduce((x, y) => x + y) / values.length;
}

Deno.test("structural similarity: its definition, over sizes larger and smaller than the window", () => {
  for (const [height, width] of [[1, 1], [3, 5], [10, 14], [11, 11], [12, 30], [32, 32]]) {
    const random = new Random(height);
    const a = random.normal(height * width), noise = random.normal(height * width, 0.7);
    const b = a.map((value, i) => 0.3 + value + noise[i]);
    const rows = (x: Float32Array) =>
      Array.from({ length: height }, (_, i) => [...x.subarray(i * width, (i + 1) * width)]);
    const found = structuralSimilarity(a, b, { width, height, range: 2 });
    assert(Math.abs(found - reference(rows(a), rows(b), 2)) <= 1e-12, `${height} x ${width}: ${found}`);
    const swapped = structuralSimilarity(b, a, { width, height, range: 2 });
    assert(Math.abs(found - swapped) <= 1e-12, `${found} one way, ${swapped} the other`);
    assert(Math.abs(structuralSimilarity(a, a, { width, height, range: 2 }) - 1) <= 1e-12);
  }
});

Deno.test("structural similarity: of two flat pictures only the means count, as equation 6 says", () => {
  const flat = (value: number) => new Float32Array(400).fill(value);
  const found = structuralSimilarity(flat(0.5), flat(0.25), { width: 20, height: 20, range: 1 });
  assert(Math.abs(found - (2 * 0.5 * 0.25 + 1e-4) / (0.25 + 0.0625 + 1e-4)) <= 1e-12);
  assert.equal(structuralSimilarity(flat(0), flat(0), { width: 20, height: 20, range: 1 }), 1);
});

Deno.test("structural similarity: sizes that do not fit are refused", () => {
  const size = { width: 2, height: 2, range: 1 };
  assert.throws(() => structuralSimilarity([1, 2], [1, 2, 3, 4], size), /pictures of 2 and 4 values, expected 2 x 2/);
  assert.throws(() => structuralSimilarity([], [], { ...size, width: 0 }), /width is 0/);
  assert.throws(() => structuralSimilarity([1], [1], { width: 1, height: 1, range: NaN }), /range is NaN/);
});

Deno.test("class selectivity: classes weigh alike whatever their size; the unlabelled do not count", () => {
  const labels = [2, 2, 2, 0, 5, -1];
  const responses = Float32Array.from([
    [3, 0, 1], // class 2
    [1, 0, 1],
    [2, 0, 1],
    [1, 0, 1], // class 0
    [0, 0, 1], // class 5
    [99, 9, 0], // nobody knows
  ].flat());
  const { selectivity, preferred } = classSelectivity({ images: 6, filters: 3, responses }, labels);
  assert.deepEqual([...preferred], [2, -1, 0]);
  assert(Math.abs(selectivity[0] - (2 - 0.5) / (2 + 0.5)) < 1e-12);
  assert.deepEqual([...selectivity.subarray(1)], [0, 0]);
  assert.throws(() => classSelectivity({ images: 6, filters: 3, responses }, [1]), /labels has 1 entries/);
  assert.throws(() => classSelectivity({ images: 1, filters: 1, responses: [1] }, [3]), /1 classes, expected 2/);
});

Deno.test(
  "control: the same sizes and scale, the same for the same network, and nothing of its weights, signs or sizes",
  withGpu(async (gpu) => {
    for (const seed of [1, 2, 0x80000001]) {
      using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 7, seed, initialScale: 1.3 });
      using control = await randomizedControl(net);
      using again = await randomizedControl(net);
      assert.deepEqual([control.imageSize, control.classes, control.initialScale], [8, 7, 1.3]);
      assert.equal(control.seed, again.seed);
      using other = await randomizedControl(net, 1);
      assert.notEqual(control.seed, other.seed);
      const [a, b] = [(await net.parameters())["conv3.weight"], (await control.parameters())["conv3.weight"]];
      for (const side of [(value: number) => value, Math.abs]) {
        const centred = [a, b].map((weights) => {
          const mean = weights.reduce((sum, value) => sum + side(value), 0) / weights.length;
          return weights.map((value) => side(value) - mean);
        });
        const correlation = dot(centred[0], centred[1]) /
          Math.sqrt(dot(centred[0], centred[0]) * dot(centred[1], centred[1]));
        assert(Math.abs(correlation) < 5 / Math.sqrt(a.length), `seed ${seed}: correlation ${correlation}`);
      }
    }
  }),
);
