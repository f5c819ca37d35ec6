/** ONNX files: what stands in them, and that float64 arithmetic over their graph and ONNX Runtime both say what the network says. */
import assert from "node:assert/strict";
import { openGpu } from "../../gpu/device.ts";
import { integer, join, message } from "../../network/onnx/protobuf.ts";
import { initialParameters, parameterShapes } from "../../network/parameters.ts";
import { classifyFaces, type Model, type ModelInfo, openModel } from "../../training/model.ts";
import { writeOnnx } from "../../training/onnx.ts";
import { loadOnnxRuntime } from "../deps.ts";
import { needs } from "../permissions.ts";
import { readOnnx } from "../reference/onnx/file.ts";
import { runOnnx } from "../reference/onnx/run.ts";
import { assertWithin, largest } from "../support/compare.ts";
import { Random } from "../support/random.ts";

/** A model that tells images apart: weights of twice the usual size, biases that are not alike. */
function model(info: Partial<ModelInfo> = {}): Model {
  const classNames = ["calm", "glad", "sad", "très fâché"];
  const parameters = initialParameters(classNames.length, 5, 2);
  const random = new Random(3);
  for (const name of ["fc4.bias", "output.bias"] as const) {
    parameters[name] = Float32Array.from(random.normal(parameters[name].length, 0.5));
  }
  return {
    info: {
      imageSize: 24,
      classNames,
      normalization: "local-mean",
      crop: "eyes-and-chin",
      dataset: "mine",
      images: "own",
      variant: "cnn_a",
      step: 7,
      ...info,
    },
    parameters,
  };
}

/** Grey levels: noise, some of them black or white areas. */
function faces(count: number, imageSize: number): Uint8Array {
  const levels = new Random(8).integers(count * imageSize ** 2, 256);
  return Uint8Array.from(levels, (level, at) => at % imageSize < 6 ? (at % 5 < 3 ? 0 : 255) : level);
}

async function probabilities(made: Model, images: Uint8Array): Promise<Float32Array> {
  using gpu = await openGpu();
  using net = await openModel(gpu, made);
  const found = await classifyFaces(net, made, images);
  assert(largest(found) > 0.5 && largest(found) < 1 - 1e-3, `${found} would hide a difference`);
  return found;
}

Deno.test("an ONNX file says what it takes, gives and is, and holds the parameters under their names", () => {
  const made = model();
  const file = readOnnx(writeOnnx(made));
  assert.deepEqual([file.irVersion, file.operatorSet], [8, 17]);
  assert.deepEqual(file.inputs, [{ name: "images", elements: 1, shape: ["N", 1, 24, 24] }]);
  assert.deepEqual(file.outputs, ["probabilities", "logits"].map((name) => ({ name, elements: 1, shape: ["N", 4] })));
  assert.deepEqual(JSON.parse(file.metadata.info), made.info);
  assert.equal(file.metadata.format, "aulens model 1");
  for (const said of [/0\.\.255/, /maker's own \(mine\)/, /0\.8 \(chin \+ 1\.75 eyes\)/, /not an emotion/]) {
    assert.match(file.description, said);
  }
  for (const [name, shape] of Object.entries(parameterShapes(4))) {
    const data = Float64Array.from(made.parameters[name as keyof typeof made.parameters]);
    assert.deepEqual(file.initializers[name], { shape, data }, name);
  }
  assert.deepEqual(writeOnnx(made), writeOnnx(model()), "equal models give equal bytes");
});

for (
  const [imageSize, normalization] of [
    [48, "local-mean"],
    [48, "local-contrast"],
    [24, "local-mean"],
    [8, "local-contrast"],
  ] as const
) {
  Deno.test(`the graph in float64 says what the network says: ${imageSize} pixels, ${normalization}`, async () => {
    const made = model({ imageSize, normalization });
    const images = faces(3, imageSize);
    const input = { shape: [3, 1, imageSize, imageSize], data: Float64Array.from(images) };
    const found = runOnnx(readOnnx(writeOnnx(made)), input);
    assert.deepEqual(found.probabilities.shape, [3, 4]);
    assertWithin(await probabilities(made, images), found.probabilities.data, () => 1e-5, "probabilities");
    const powers = found.logits.data.map(Math.exp);
    const sums = [0, 4, 8].map((first) => powers.subarray(first, first + 4).reduce((a, b) => a + b));
    assertWithin(powers.map((power, at) => power / sums[at >> 2]), found.probabilities.data, () => 1e-9, "logits");
  });

  Deno.test({
    name: `ONNX Runtime says what the network says: ${imageSize} pixels, ${normalization}`,
    ignore: needs("read"),
    async fn() {
      const made = model({ imageSize, normalization });
      const images = faces(3, imageSize);
      const expected = await probabilities(made, images);
      const { InferenceSession, Tensor } = await loadOnnxRuntime();
      const session = await InferenceSession.create(writeOnnx(made), { executionProviders: ["wasm"] });
      try {
        for (const count of [1, 3]) {
          const part = Float32Array.from(images.subarray(0, count * imageSize ** 2));
          const result = await session.run({ images: new Tensor("float32", part, [count, 1, imageSize, imageSize]) });
          assert.deepEqual([...result.probabilities.dims], [count, 4]);
          assertWithin(result.probabilities.data, expected.subarray(0, 4 * count), () => 1e-5, `${count} images`);
        }
      } finally {
        await session.release();
      }
    },
  });
}

Deno.test("the graph's division gives every grey level the very number that training saw", () => {
  const { initializers, operations } = readOnnx(writeOnnx(model()));
  assert.deepEqual([operations[0].operator, operations[0].inputs], ["Div", ["images", "half_range"]]);
  for (let level = 0; level < 256; level++) {
    assert.equal(Math.fround(level / initializers.half_range.data[0]), Math.fround(level / 255 * 2));
  }
});

Deno.test("a model whose parameters do not fit its description is refused by name", () => {
  const made = model();
  const five = [...made.info.classNames, "more"];
  assert.throws(
    () => writeOnnx(model({ classNames: five })),
    /output\.weight has 1200 numbers, expected a Float32Array of 1500 \(5 x 300\)/,
  );
  const { "fc4.bias": _, ...rest } = made.parameters;
  assert.throws(
    () => writeOnnx({ ...made, parameters: rest as Model["parameters"] }),
    /fc4\.bias is undefined, expected a Float32Array/,
  );
});

Deno.test("integers of any size are written as Protocol Buffers want them, others refused", () => {
  // 2^40 + 5 in groups of seven bits, the lowest first.
  assert.deepEqual([...join([integer(20, 2 ** 40 + 5)])], [0xa0, 1, 0x85, 0x80, 0x80, 0x80, 0x80, 0x20]);
  assert.deepEqual([...join([message(1, [integer(1, 0)])])], [10, 2, 8, 0]);
  for (const value of [-1, 0.5, NaN, 2 ** 53]) assert.throws(() => integer(1, value), /no integer of 0 or more/);
});
