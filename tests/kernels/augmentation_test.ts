/** The paper's augmentation: draws, resampling, intensity, min-max. */
import assert from "node:assert/strict";
import { gridFor } from "../../gpu/kernel.ts";
import { augmentImages, rangeKernel, resampleKernel, rescaleKernel } from "../../kernels/augmentation/mod.ts";
import { type Draw, draw, intensity, resample, rescale } from "../reference/augmentation.ts";
import { assertClose, assertWithin, largest } from "../support/compare.ts";
import { withGpu } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

/** The eight numbers of a draw in the order of the kernels' buffer, and back. */
const pack = (d: Draw) => [d.mirror, d.angle, d.scale, d.down, d.right, d.exponent, d.factor, d.offset];
function unpack(numbers: ArrayLike<number>): Draw {
  const [mirror, angle, scale, down, right, exponent, factor, offset] = Array.from(numbers);
  return { mirror, angle, scale, down, right, exponent, factor, offset };
}

// Positions reach 96 pixels, where a float32 is right to 4e-6, and sum a few such roundings: a bilinear value between neighbours
// that differ by up to 2 is right to about this. Sine and cosine of a software adapter add little.
const POSITION_ERROR = 5e-5;

/** Cases drawn as in training: samples, image side, seed, step, place of the first sample in the batch. */
const cases = [
  { samples: 1, imageSize: 1, seed: 1, step: 0, firstSample: 0 },
  { samples: 3, imageSize: 7, seed: 2, step: 1, firstSample: 0 },
  { samples: 330, imageSize: 8, seed: 3, step: 30_999, firstSample: 7 },
  { samples: 5, imageSize: 33, seed: 0xffffffff, step: 2, firstSample: 59 },
  { samples: 64, imageSize: 96, seed: 5, step: 12, firstSample: 0 },
];

for (const { samples, imageSize, seed, step, firstSample } of cases) {
  Deno.test(
    `augmentation: ${samples} images of side ${imageSize} from sample ${firstSample} on, step ${step}`,
    withGpu(async (gpu, buffers) => {
      const pixels = imageSize ** 2;
      const images = new Random(seed).uniform(samples * pixels, 0, 2);
      const clock = buffers.input("clock", new Uint32Array([step])), x = buffers.input("x", images);
      const y = buffers.output("y", samples * pixels);
      const draws = buffers.output("draws", 8 * samples), range = buffers.output("range", 2 * samples);
      buffers.run(augmentImages(gpu, { clock, x, y, draws, range }, { samples, imageSize, seed, firstSample }));

      const drawn = await buffers.floats(draws), found = await buffers.floats(y);
      const every = imageSize > 50 ? 7 : 1; // the reference is slow
      for (let n = 0; n < samples; n += every) {
        const expected = pack(draw(seed, step, firstSample + n, imageSize));
        // Bounds of the shifts come from a difference of numbers near the image's side.
        const bounds = [0, 4e-8, 2e-7, 1e-7 * imageSize, 1e-7 * imageSize, 5e-7, 2e-7, 2e-8];
        const own = drawn.subarray(8 * n, 8 * n + 8);
        assertWithin(own, expected, (index) => bounds[index], `draw of sample ${n}`);

        // From the numbers that were drawn, since half a unit in the last place may move a pixel at an edge.
        const d = unpack(own);
        const value = resample(images.subarray(n * pixels, (n + 1) * pixels), imageSize, d);
        const changed = value.map((v) => intensity(v, d));
        // Near 0 a small exponent makes a small error large: what a position error does to each pixel, and to the extremes.
        const error = value.map((v, i) =>
          Math.max(intensity(v + POSITION_ERROR, d) - changed[i], changed[i] - intensity(v - POSITION_ERROR, d))
        );
        const extent = Math.max(...changed) - Math.min(...changed);
        const darkest = error[changed.indexOf(Math.min(...changed))];
        const brightest = error[changed.indexOf(Math.max(...changed))];
        const bound = (at: number) =>
          extent > 0 ? 2 * (error[at] + darkest + brightest + 2e-6 * largest(changed)) / extent : 0;
        const image = found.subarray(n * pixels, (n + 1) * pixels);
        assertWithin(image, rescale(changed), bound, `sample ${n}`);
        if (extent > 0) assert.deepEqual([Math.min(...image), Math.max(...image)], [0, 2]);
      }
      const mirrored = drawn.filter((value, i) => i % 8 === 0 && value === 1).length;
      if (samples >= 64) {
        assert.ok(Math.abs(mirrored - samples / 2) < 3 * Math.sqrt(samples), `${mirrored} of ${samples} mirrored`);
      }
    }),
  );
}

Deno.test(
  "augmentation: resampling and intensity with given numbers, one at a time and together",
  withGpu(async (gpu, buffers) => {
    const size = 21;
    const none: Draw = { mirror: 0, angle: 0, scale: 1, down: 0, right: 0, exponent: 1, factor: 1, offset: 0 };
    const wanted: Draw[] = [
      none,
      { ...none, mirror: 1 },
      { ...none, angle: 0.08 },
      { ...none, scale: 0.7 },
      { ...none, scale: 1.4 },
      { ...none, down: 3.25 },
      { ...none, right: -2.5 },
      { ...none, exponent: 2.5 },
      { ...none, factor: 1.3, offset: -0.07 },
      { mirror: 1, angle: -0.3, scale: 1.2, down: -1.7, right: 4.1, exponent: 4, factor: 0.8, offset: 0.05 },
      { mirror: 0, angle: 1.2, scale: 0.9, down: 30, right: 0, exponent: 3, factor: 1, offset: 0 }, // wholly outside
    ];
    const given = wanted.map((d) => unpack(Float32Array.from(pack(d))));
    const images = new Random(4).uniform(size * size * given.length, 0, 2);
    const x = buffers.input("x", images), y = buffers.output("y", images.length);
    const draws = buffers.input("draws", Float32Array.from(given.flatMap(pack)));
    const sizes = { samples: given.length, image_size: size };
    buffers.run([gpu.prepare(resampleKernel, { x, draws, y, ...sizes }, gridFor(images.length))]);
    const found = await buffers.floats(y);
    given.forEach((d, n) => {
      const [from, to] = [n * size * size, (n + 1) * size * size];
      const expected = resample(images.subarray(from, to), size, d).map((value) => intensity(value, d));
      // The steepest power here, v^4 at v = 2, makes a position error 32 times as large; the largest value is 16.
      assertWithin(found.subarray(from, to), expected, () => 1e-5 * Math.max(1, largest(expected)), JSON.stringify(d));
    });
  }),
);

Deno.test(
  "augmentation: a flat image stays flat, whatever is drawn, where nothing from outside comes into it",
  withGpu(async (gpu, buffers) => {
    const size = 16, pixels = size ** 2, samples = 500;
    const images = Float32Array.from({ length: samples * pixels }, (_, i) => (Math.floor(i / pixels) % 256) / 255 * 2);
    const clock = buffers.input("clock", new Uint32Array([7])), x = buffers.input("x", images);
    const y = buffers.output("y", samples * pixels);
    const draws = buffers.output("draws", 8 * samples), range = buffers.output("range", 2 * samples);
    buffers.run(augmentImages(gpu, { clock, x, y, draws, range }, { samples, imageSize: size, seed: 1 }));
    const found = await buffers.floats(y), drawn = await buffers.floats(draws);
    let flat = 0;
    for (let n = 0; n < samples; n++) {
      const own = unpack(drawn.subarray(8 * n, 8 * n + 8));
      const ones = resample(new Float64Array(pixels).fill(1), size, own);
      if (!ones.every((value) => value > 1 - 1e-9)) continue; // zeros from outside
      flat++;
      const largest = Math.max(...found.subarray(n * pixels, (n + 1) * pixels));
      assert.equal(largest, 0, `grey ${n % 256}, exponent ${own.exponent}, offset ${own.offset}`);
    }
    assert(flat >= 100, `${flat} flat images`);
  }),
);

Deno.test(
  "augmentation: one grey level between two halves is stretched, not taken for flat",
  withGpu(async (gpu, buffers) => {
    const d: Draw = { mirror: 0, angle: 0, scale: 1, down: 0, right: 0, exponent: 1, factor: 1, offset: 0.1 };
    const cases = [0, 1, 128, 254].flatMap((grey) => [0.25, 4].map((exponent) => ({ grey, exponent })))
      .filter(({ grey, exponent }) => grey > 1 || exponent < 4); // below that float32 holds no difference beside the offset
    const size = 8, pixels = size ** 2, samples = cases.length;
    const images = Float32Array.from(
      { length: samples * pixels },
      (_, i) => (cases[Math.floor(i / pixels)].grey + i % 2) / 255 * 2,
    );
    const x = buffers.input("x", images), y = buffers.output("y", images.length);
    const draws = buffers.input("draws", Float32Array.from(cases.flatMap(({ exponent }) => pack({ ...d, exponent }))));
    const range = buffers.output("range", 2 * samples);
    buffers.run([
      gpu.prepare(resampleKernel, { x, draws, y, samples, image_size: size }, gridFor(images.length)),
      gpu.prepare(rangeKernel, { x: y, range, samples, pixels }, gridFor(samples, 1)),
      gpu.prepare(rescaleKernel, { range, x: y, samples, pixels }, gridFor(images.length)),
    ]);
    const found = await buffers.floats(y);
    cases.forEach((given, n) => {
      const image = found.subarray(n * pixels, (n + 1) * pixels);
      image.forEach((value, i) => assert.equal(value, i % 2 * 2, JSON.stringify(given)));
    });
  }),
);

Deno.test(
  "augmentation: smallest and largest of images with one place for each, and flat images",
  withGpu(async (gpu, buffers) => {
    for (const pixels of [1, 63, 64, 65, 200, 961]) {
      const samples = 7;
      const images = new Random(pixels).uniform(samples * pixels, 0.5, 1);
      for (let n = 0; n < samples - 1; n++) { // the extremes at the ends and in between, the last image flat
        images[n * pixels + Math.floor(n * (pixels - 1) / 5)] = -1 - n;
        images[n * pixels + Math.floor((5 - n) * (pixels - 1) / 5)] = 3 + n;
      }
      images.fill(0.25, (samples - 1) * pixels);
      const x = buffers.input("x", images), range = buffers.output("range", 2 * samples);
      buffers.run([
        gpu.prepare(rangeKernel, { x, range, samples, pixels }, gridFor(samples, 1)),
        gpu.prepare(rescaleKernel, { x, range, samples, pixels }, gridFor(samples * pixels)),
      ]);
      const image = (n: number) => Array.from(images.subarray(n * pixels, (n + 1) * pixels));
      const extremes = Array.from({ length: samples }, (_, n) => [Math.min(...image(n)), Math.max(...image(n))]);
      assert.deepEqual(Array.from(await buffers.floats(range)), extremes.flat());
      const stretched = Array.from({ length: samples }, (_, n) => Array.from(rescale(Float64Array.from(image(n)))));
      assertClose(await buffers.floats(x), stretched.flat(), 1e-6, `${pixels} pixels`);
    }
  }),
);
