/** The explorer's page with a camera: on only where the visitor wants it, read frame after frame, and off whatever happens. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Image } from "../../datasets/faces/mod.ts";
import { inTemporary } from "../support/files.ts";
import type { Opened } from "./browser.ts";
import type { Page } from "./deps.ts";
import { answered, assertQuiet, drop, portrait, probabilities, withPage } from "./explorer.ts";

/** Puts the prompt, the pictures and the tracks of the camera into the check's hands. */
const HANDS = `
  const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
  Object.assign(globalThis, { prompts: [], tracks: [], holding: false, frozen: false, waiting: 0 });
  media.getUserMedia = (wanted) => new Promise((resolve, reject) => {
    const allow = () => ask(wanted).then((stream) => (tracks.push(...stream.getTracks()), resolve(stream)), reject);
    prompts.push(allow);
    if (!holding) allow();
  });
  const next = HTMLVideoElement.prototype.requestVideoFrameCallback;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (then) {
    return frozen ? -(++waiting) : next.call(this, then);
  };
`;
const FLAGS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** Opens the page before a camera that films the portrait. */
async function withCamera(use: (opened: Opened, address: string, png: Uint8Array) => Promise<void>): Promise<void> {
  const { image, png } = await portrait();
  await inTemporary(async (folder) => {
    const path = join(folder, "camera.y4m");
    await Deno.writeFile(path, video(image));
    await withPage((opened, address) => use(opened, address, png), {
      flags: [...FLAGS, `--use-file-for-fake-video-capture=${path}`],
      script: HANDS,
    });
  });
}

const status = (page: Page, words: string | RegExp) =>
  page.locator("#status", { hasText: words }).waitFor({ timeout: 60_000 });
const start = (page: Page) => page.getByRole("button", { name: "Use the camera" }).click();
const stop = (page: Page) => page.getByRole("button", { name: "Stop the camera" }).click();
const inSight = (page: Page) => status(page, /^A face is in sight, read as (calm|<b>glad<\/b>|sad)\.$/);
/** Waits until an expression is true in the page; its policy lets nobody do that within it. */
async function until(page: Page, expression: string): Promise<void> {
  for (let n = 0; n < 600; n++) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`${expression} is still false`);
}
/** Whether every track that the browser ever gave has ended. */
const allEnded = (page: Page) => page.evaluate<boolean>("tracks.every((track) => track.readyState === 'ended')");

Deno.test("a camera is read frame after frame, and is off when it is switched off", () =>
  withCamera(async (opened, address, png) => {
    const { page } = opened;
    await start(page);
    await inSight(page);
    await page.locator("#rate", { hasText: /^[\d.]+ frames a second$/ }).waitFor({ timeout: 60_000 });
    assert.equal(await page.locator("[role] #rate, [aria-live] #rate").count(), 0, "it is not read out");
    await answered(page);
    assert.ok(Math.abs((await probabilities(page)).reduce((sum, value) => sum + value) - 1) < 1e-4);
    assert.equal(await page.locator("#frame button").count(), 1);
    // No further picture comes: whatever waits for one has to end.
    await page.evaluate("frozen = true");
    await until(page, "waiting > 0");
    await stop(page);
    assert.equal(await page.locator("#status").textContent(), "The camera is off.");
    assert.equal(await page.locator("#rate").textContent(), "");
    assert.ok(await allEnded(page));
    await drop(page, png);
    await status(page, "One face was found.");
    await page.evaluate("frozen = false");
    await start(page);
    await inSight(page);
    await stop(page);
    assertQuiet(opened, address);
  }));

Deno.test("a camera that is unplugged is said to be gone, and another one can be used", () =>
  withCamera(async (opened, address, png) => {
    const { page } = opened;
    await start(page);
    await inSight(page);
    await page.evaluate("frozen = true");
    await until(page, "waiting > 0");
    await page.evaluate("tracks.at(-1).dispatchEvent(new Event('ended'))");
    await status(page, "The camera gives no more pictures.");
    await page.evaluate("frozen = false");
    await start(page);
    await inSight(page);
    await drop(page, png);
    await status(page, "One face was found.");
    assert.ok(await allEnded(page), "a photograph switches the camera off");
    assertQuiet(opened, address);
  }));

Deno.test("while the browser asks, one prompt is open, photographs are read, and a camera that is no longer wanted never runs", () =>
  withCamera(async (opened, address, png) => {
    const { page } = opened;
    await page.evaluate("holding = true");
    await start(page);
    await start(page);
    await status(page, "The browser asks whether");
    await drop(page, png);
    await status(page, "One face was found.");
    await page.evaluate("prompts.forEach((allow) => allow())");
    await until(page, "tracks.length > 0");
    await page.waitForTimeout(500);
    assert.equal(await page.evaluate("tracks.length"), 1, "asked once");
    assert.ok(await allEnded(page));
    await page.getByRole("button", { name: "Use the camera" }).waitFor();
    await status(page, "One face was found.");
    // A photograph, and then the camera after all.
    await start(page);
    await drop(page, png);
    await start(page);
    await page.evaluate("prompts.at(-1)()");
    await inSight(page);
    await stop(page);
    assert.ok(await allEnded(page));
    assertQuiet(opened, address);
  }));

Deno.test("a camera whose pictures cannot be played is switched off", () =>
  withCamera(async (opened, address) => {
    const { page } = opened;
    await page.evaluate("HTMLMediaElement.prototype.play = () => Promise.reject(new Error('no player'))");
    await start(page);
    await status(page, "The camera does not start: no player");
    assert.ok(await allEnded(page));
    await page.getByRole("button", { name: "Use the camera" }).waitFor();
    assertQuiet(opened, address);
  }));

Deno.test("on the mirrored picture that a camera leaves, a square lies where it is drawn and goes where it is sent", () =>
  withCamera(async (opened, address) => {
    const { page } = opened;
    await start(page);
    await inSight(page);
    await stop(page);
    await page.getByLabel("Find the face").uncheck();
    await status(page, "Draw a square around the face.");
    const frame = (await page.locator("#frame").boundingBox())!, square = page.locator("#frame button");
    await page.mouse.move(frame.x + frame.width * 0.1, frame.y + frame.height * 0.2);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width * 0.4, frame.y + frame.height * 0.5, { steps: 3 });
    await page.mouse.up();
    const drawn = (await square.boundingBox())!;
    assert.ok(Math.abs(drawn.width - 0.3 * frame.width) < 4, `${drawn.width}`);
    assert.ok(Math.abs(drawn.x - frame.x - 0.1 * frame.width) < 4, `${drawn.x} from ${frame.x}`);
    await square.focus();
    for (let n = 0; n < 10; n++) await page.keyboard.press("ArrowRight");
    const moved = (await square.boundingBox())!;
    assert.ok(moved.x > drawn.x + 10, `${moved.x}, before ${drawn.x}`);
    assertQuiet(opened, address);
  }));

/** The picture as a second of film: YUV 4:2:0, ten frames that shift a little. */
function video({ pixels, width, height }: Image): Uint8Array {
  const parts: BlobPart[] = [`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`];
  for (let frame = 0; frame < 10; frame++) {
    const shifted = Uint8Array.from(pixels, (_, at) => pixels[Math.max(0, at - frame)]);
    parts.push("FRAME\n", shifted, new Uint8Array(width * height / 2).fill(128));
  }
  const encoder = new TextEncoder();
  const bytes = parts.map((part) => typeof part === "string" ? encoder.encode(part) : part as Uint8Array);
  const whole = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  bytes.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}
