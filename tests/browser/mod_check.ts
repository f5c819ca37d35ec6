/** mod.ts as it is in a browser, bundled: the same probabilities, heat maps and responses there as in Deno, on another adapter. */

import assert from "node:assert/strict";
import { attribute } from "../../analysis/attribution.ts";
import { layerResponses } from "../../analysis/responses.ts";
import { openGpu } from "../../gpu/device.ts";
import type { Normalization } from "../../kernels/normalization/mod.ts";
import { initialParameters } from "../../network/parameters.ts";
import { bundle } from "../../tasks/explore/site/bundle.ts";
import { normalize } from "../../training/draws.ts";
import { classifyFaces, type Model, openModel, writeModel } from "../../training/model.ts";
import { assertClose, assertWithin, largest } from "../support/compare.ts";
import { Random } from "../support/random.ts";
import { openAddress, serveScript, startBrowser } from "./browser.ts";

const FACES = 5, CLASSES = 8;

/** A model whose probabilities differ from face to face, so that a wrong one shows. */
function model(normalization: Normalization, imageSize: number): Model {
  const classNames = Array.from({ length: CLASSES }, (_, n) => `class ${n}`);
  const source = { crop: "drawn", images: "drawn", dataset: "synthetic" } as const;
  const info = { ...source, imageSize, classNames, normalization, variant: "cnn", step: 0 };
  return { info, parameters: initialParameters(CLASSES, 3, normalization === "local-mean" ? 2.5 : 2) };
}

/** Pictures that differ: waves of several lengths and directions. */
function faces(imageSize: number): Uint8Array {
  const random = new Random(11);
  return Uint8Array.from(
    Array.from({ length: FACES }, () => {
      const [a, b, c, d] = random.normal(4, 0.5);
      return Array.from({ length: imageSize ** 2 }, (_, at) => {
        const x = at % imageSize, y = Math.floor(at / imageSize);
        return 127 + 70 * Math.sin(a * x + b * y) + 50 * Math.cos(c * x - d * y * 2);
      });
    }).flat(),
  );
}

/** What is asked of both. */
interface Answers {
  probabilities: number[];
  maps: number[];
  responses: number[];
}

/** The page's part, as a script. */
const READ = `async ([file, faces]) => {
  const aulens = await import("/mod.js");
  const gpu = await aulens.openGpu();
  const model = aulens.readModel(Uint8Array.from(file));
  const net = await aulens.openModel(gpu, model);
  const bytes = Uint8Array.from(faces), { normalization: mode, imageSize } = model.info;
  const probabilities = await aulens.classifyFaces(net, model, bytes);
  const images = await aulens.normalize(gpu, bytes, { mode, imageSize });
  const { maps } = await aulens.attribute(net, images, { target: 1, method: "guided-grad-cam" });
  const { responses } = await aulens.layerResponses(net, images, { layer: "conv3" });
  net.dispose();
  const { buffers } = gpu.memory;
  gpu.dispose();
  return { probabilities: [...probabilities], maps: [...maps], responses: [...responses], buffers };
}`;

async function readHere(model: Model, bytes: Uint8Array): Promise<Answers> {
  using gpu = await openGpu();
  using net = await openModel(gpu, model);
  const { imageSize, normalization: mode } = model.info;
  const images = await normalize(gpu, bytes, { mode, imageSize });
  return {
    probabilities: [...await classifyFaces(net, model, bytes)],
    maps: [...(await attribute(net, images, { target: 1, method: "guided-grad-cam" })).maps],
    responses: [...(await layerResponses(net, images, { layer: "conv3" })).responses],
  };
}

Deno.test("mod.ts, bundled, gives a browser the probabilities that it gives Deno", async () => {
  const code = await bundle(new URL("../../mod.ts", import.meta.url));
  assert.ok(!/\bDeno\./.test(code), "the bundle needs Deno");
  await using server = serveScript(code);
  const browser = await startBrowser();
  try {
    const opened = await openAddress(browser, `http://127.0.0.1:${server.addr.port}/`, { width: 800 });
    for (const [mode, imageSize] of [["local-mean", 48], ["local-contrast", 40]] as const) {
      const asked = model(mode, imageSize), images = faces(imageSize);
      const here = await readHere(asked, images);
      const there: Answers & { buffers: number } = await opened.page.evaluate(
        `(${READ})([${JSON.stringify([...writeModel(asked)])}, ${JSON.stringify([...images])}])`,
      );
      const ofOneClass = here.probabilities.filter((_, n) => n % CLASSES === 2);
      assert.ok(Math.max(...ofOneClass) - Math.min(...ofOneClass) > 0.1, `${mode}: ${ofOneClass}`);
      assertWithin(there.probabilities, here.probabilities, () => 1e-4, `${mode}: probabilities`);
      assertClose(there.responses, here.responses, 1e-4, `${mode}: responses`);
      assert.ok(largest(here.maps) > 0);
      assertClose(there.maps, here.maps, 1e-3, `${mode}: heat maps`);
      assert.equal(there.buffers, 0, "everything was given back");
    }
    assert.deepEqual(opened.complaints, []);
    assert.equal(opened.requests.length, 2, opened.requests.join(" "));
  } finally {
    await browser.close();
  }
});
