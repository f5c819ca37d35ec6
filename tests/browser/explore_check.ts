/** The explorer's page in a real browser, with a photograph: found, read and explained on the machine; or a square drawn around the face. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { sharp } from "../../datasets/deps.ts";
import { cropFace, cutSquare, findFace, middleSquare, PICTURES, readImage } from "../../datasets/faces/mod.ts";
import { faceSquare } from "../../datasets/faces/landmarks.ts";
import { openGpu } from "../../gpu/device.ts";
import { classifyFaces, openModel } from "../../training/model.ts";
import type { Page } from "./deps.ts";
import {
  anotherPicture,
  answered,
  assertQuiet,
  CLASSES,
  drop,
  height,
  model,
  picture,
  portrait,
  probabilities,
  width,
  withPage,
} from "./explorer.ts";

const pressed = (page: Page) => page.locator("#bars [aria-pressed=true]").count();

Deno.test("a dropped portrait is found, read as predict reads it, and explained; nothing leaves the machine", async () => {
  const { image, png } = await portrait();
  const face = (await findFace(image))!;
  const crop = await cropFace(image, face, { size: 48, frame: "drawn" });
  using gpu = await openGpu();
  using net = await openModel(gpu, model);
  const expected = [...await classifyFaces(net, model, crop)];
  await withPage(async (opened, address) => {
    const { page } = opened;
    assert.match(await page.locator("#notes").innerText(), /learnt from drawn faces: it knows drawn faces/);
    assert.match(await page.locator("header").innerText(), /Nothing leaves this machine/);
    const early = page.getByRole("button", { name: "sad" });
    await early.click();
    assert.equal(await pressed(page), 1, "a class can be asked about before there is a picture");
    await early.click();
    assert.equal(await pressed(page), 0);
    const blank = await picture(page, "heat");
    await drop(page, png);
    await answered(page);
    assert.equal(await page.locator("#status").textContent(), "One face was found.");
    const square = await page.locator("#frame button").evaluate((button) => {
      const { left, top, width } = (button as unknown as { style: Record<string, string> }).style;
      return [left, top, width].map(Number.parseFloat);
    });
    const { left, top, size } = faceSquare(face.landmarks, "drawn")!;
    [left / width, top / height, size / width].forEach((share, n) => {
      assert.ok(Math.abs(square[n] - 100 * share) < 0.05, `${square}: the square is where predict has it`);
    });
    const found = await probabilities(page);
    assert.ok(Math.max(...expected) < 0.99, `${expected}: an answer that says something`);
    found.forEach((value, n) => assert.ok(Math.abs(value - expected[n]) < 0.005, `${found}, expected ${expected}`));
    const likeliest = CLASSES[expected.indexOf(Math.max(...expected))];
    assert.equal(await page.locator("#bars .likeliest .name").textContent(), likeliest);
    assert.equal(await page.locator("#asked").textContent(), `What speaks for ${likeliest}`);

    const against = page.locator("#against");
    assert.equal(await against.isVisible(), false, "Grad-CAM shows nothing against a class");
    const first = await picture(page, "heat");
    assert.notEqual(first, blank);
    assert.notEqual(first, await picture(page, "crop"), "the heat map lies over the face");
    const other = CLASSES.find((name) => name !== likeliest)!;
    await page.getByRole("button", { name: other }).click();
    await page.locator("#asked", { hasText: other }).waitFor();
    assert.equal(await pressed(page), 1);
    const second = await picture(page, "heat");
    assert.notEqual(second, first);
    await page.getByRole("button", { name: other }).click();
    await page.locator("#asked", { hasText: likeliest }).waitFor();
    assert.equal(await pressed(page), 0);
    await page.getByLabel("Heat map by").selectOption("gradient");
    const third = await anotherPicture(page, "heat", [first, second]);
    await against.waitFor();
    await page.getByLabel("Heat map by").selectOption("integrated-gradients");
    await anotherPicture(page, "heat", [first, second, third]);

    const sheets = page.locator("#answers img");
    assert.equal(await page.locator("#answers li").count(), 6);
    assert.equal(await sheets.count(), 6);
    for (const sheet of await sheets.all()) {
      await sheet.scrollIntoViewIfNeeded();
      const size = await sheet.evaluate(async (image) => {
        const shown = image as unknown as { decode(): Promise<void>; naturalWidth: number };
        await shown.decode();
        return shown.naturalWidth;
      });
      assert.ok(size > 100, `${size}`);
    }
    assert.match(await page.locator("#answers li").first().innerText(), /Filter \d+\n.*% of its strongest answer/);
    assertQuiet(opened, address);
    const about = await page.evaluate<string>("fetch('about.json').then((answer) => answer.text())");
    assert.match(about, /"a model"/);
    assert.doesNotMatch(about, /secret/, "no path of this machine");
  });
});

Deno.test("where no face is found, or none is looked for, a square is drawn or moved by keys", async () => {
  const grey = await sharp(new Uint8Array(320 * 240).fill(128), { raw: { width: 320, height: 240, channels: 1 } }).png()
    .toBuffer();
  await withPage(async (opened, address) => {
    const { page } = opened;
    await drop(page, new Uint8Array(grey));
    await page.locator("#status", { hasText: "No face was found. Draw a square" }).waitFor({ timeout: 60_000 });
    await answered(page);
    const even = await picture(page, "crop");
    const { png } = await portrait();
    await page.getByLabel("Find the face").uncheck();
    await drop(page, png);
    await page.locator("#status", { hasText: "Draw a square around the face." }).waitFor();
    // The words may still be the first picture's; its crop is even wherever the square lies, and the second's is not.
    const crop = await anotherPicture(page, "crop", [even]);
    const square = page.locator("#frame button");
    await square.waitFor();
    const before = (await square.boundingBox())!, frame = (await page.locator("#frame").boundingBox())!;
    assert.ok(Math.abs(before.height - frame.height) < 3, "the middle square");
    await page.mouse.move(frame.x + frame.width * 0.3, frame.y + frame.height * 0.2);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width * 0.6, frame.y + frame.height * 0.5, { steps: 3 });
    await page.mouse.up();
    const after = (await square.boundingBox())!;
    assert.ok(Math.abs(after.width - 0.3 * frame.width) < 4 && Math.abs(after.x - frame.x - 0.3 * frame.width) < 4);
    await anotherPicture(page, "crop", [even, crop]);
    await square.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("+");
    const moved = (await square.boundingBox())!;
    assert.ok(moved.width > after.width, "larger");
    await page.setInputFiles("#file", { name: "no.png", mimeType: "image/png", buffer: Buffer.alloc(9) });
    await page.locator("#status", { hasText: "no.png is no picture that this browser can read." }).waitFor();
    assertQuiet(opened, address);
  });
});

Deno.test("where what finds faces does not load, it is said what helps, and the next try finds it", async () => {
  const { png } = await portrait();
  await withPage(async ({ page }) => {
    for (const missing of ["face-api.esm.js", "tfjs-backend-wasm", "tiny_face_detector_model.bin"]) {
      const route = `**/faces/${missing}*`;
      // The browser forgets a request that was cut off; TensorFlow.js does not forget a program that was none.
      const busy = { status: 503, body: "later" };
      await page.route(route, (route) => missing.startsWith("tfjs") ? route.fulfill(busy) : route.abort());
      await drop(page, png);
      await page.locator("#status", { hasText: /Faces cannot be looked for .* Try again, or untick/ }).waitFor();
      await page.unroute(route);
      if (missing.endsWith(".bin")) continue;
      await page.getByLabel("Find the face").uncheck();
      await page.locator("#status", { hasText: "Draw a square around the face." }).waitFor();
      await page.getByLabel("Find the face").check();
      await page.locator("#status", { hasText: "One face was found." }).waitFor({ timeout: 60_000 });
      await page.reload();
      await page.locator("#explorer").waitFor({ timeout: 60_000 });
    }
    await drop(page, png);
    await page.locator("#status", { hasText: "One face was found." }).waitFor({ timeout: 60_000 });
  });
});

Deno.test("what is transparent is read as the command line reads it, whatever picture was there before", async () => {
  const side = 64;
  // Colors that are hidden in part, and altogether on the right.
  const pixels = Uint8Array.from({ length: 4 * side * side }, (_, n) => {
    const [at, channel] = [Math.floor(n / 4), n % 4];
    const [x, y] = [at % side, Math.floor(at / side)];
    return channel < 3 ? (5 * x + 3 * y + 40 * channel) % 256 : Math.max(0, 255 - 5 * x);
  });
  const png = await sharp(pixels, { raw: { width: side, height: side, channels: 4 } }).png().toBuffer();
  const dark = Uint8Array.from({ length: side * side }, (_, at) => at % side);
  const earlier = await sharp(dark, { raw: { width: side, height: side, channels: 1 } }).png().toBuffer();
  const file = await Deno.makeTempFile({ suffix: ".png" });
  await Deno.writeFile(file, png);
  const image = await readImage(file, PICTURES);
  await Deno.remove(file);
  using gpu = await openGpu();
  using net = await openModel(gpu, model);
  const expected = await classifyFaces(net, model, await cutSquare(image, middleSquare(image), 48));
  await withPage(async ({ page }) => {
    await page.getByLabel("Find the face").uncheck();
    await drop(page, new Uint8Array(earlier));
    await answered(page);
    const before = await picture(page, "crop");
    await drop(page, new Uint8Array(png));
    await anotherPicture(page, "crop", [before]);
    await page.waitForFunction("document.querySelector('#status').textContent.startsWith('Draw a square')");
    const found = await probabilities(page);
    found.forEach((value, n) => assert.ok(Math.abs(value - expected[n]) < 0.005, `${found}, expected ${expected}`));
    // A corner that is hidden altogether.
    const corner = await page.locator("#picture").evaluate((canvas) => {
      // deno-lint-ignore no-explicit-any -- runs in the page
      return [...(canvas as any).getContext("2d").getImageData(63, 0, 1, 1).data];
    });
    assert.deepEqual(corner, [255, 255, 255, 255]);
  });
});
