/** The explorer's page in a real browser: a photograph, a camera, both kept on the machine; and the same page as files on another host. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { sharp } from "../../datasets/deps.ts";
import { cropFace, findFace, type Image } from "../../datasets/faces/mod.ts";
import { drawIdentity } from "../../datasets/synthetic/identity.ts";
import { photograph } from "../../datasets/synthetic/photograph.ts";
import { PLAIN_SCENE } from "../../datasets/synthetic/scene.ts";
import { openGpu } from "../../gpu/device.ts";
import { initialParameters } from "../../network/parameters.ts";
import { serve } from "../../tasks/explore/server.ts";
import { filterSheets } from "../../tasks/explore/site/filters.ts";
import type { Site } from "../../tasks/explore/site/file.ts";
import { makeSite } from "../../tasks/explore/site/site.ts";
import { RunFolder } from "../../tasks/run/folder.ts";
import { classifyFaces, type Model, openModel } from "../../training/model.ts";
import { inTemporary } from "../support/files.ts";
import { writeReportRun } from "../support/report_run.ts";
import { openAddress, type Opened, startBrowser } from "./browser.ts";
import type { Browser, Page } from "./deps.ts";

const CLASSES = ["calm", "<b>glad</b>", "sad"];
const [width, height] = [640, 490];

/** A model with weights that nobody trained, whose answers are far from even. */
const model: Model = {
  info: {
    imageSize: 48,
    classNames: CLASSES,
    normalization: "local-contrast",
    crop: "drawn",
    dataset: "synthetic",
    images: "drawn",
    variant: "cnn",
    step: 100,
  },
  parameters: initialParameters(CLASSES.length, 5, 1.6),
};

let made: Promise<Site> | undefined;
/** The page of that model, with the sheets of a run that has them. */
function site(): Promise<Site> {
  return made ??= (async () => {
    const plain = await makeSite(
      { model, path: "/somewhere/secret/a model", rule: "the file that was named" },
      undefined,
    );
    const folder = await Deno.makeTempDir({ prefix: "aulens explore " });
    globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    await writeReportRun(folder, { filters: 256 });
    const sheets = (await filterSheets(new RunFolder(folder), 100))!;
    const about = JSON.parse(new TextDecoder().decode(await plain.get("about.json")!.read()));
    const told = new TextEncoder().encode(JSON.stringify({ ...about, filters: sheets.about }));
    return new Map([...plain, ["about.json", { type: "application/json", read: () => told }], ...sheets.files]);
  })();
}

/** A drawn portrait, and its bytes as a file. */
async function portrait(): Promise<{ image: Image; png: Uint8Array }> {
  const face = { identity: drawIdentity(1, 3), expression: { 12: [0.8, 0.8] as const }, scene: PLAIN_SCENE };
  const pixels = await photograph(face as never, width, height, "portrait");
  const png = await sharp(pixels, { raw: { width, height, channels: 1 } }).png().toBuffer();
  return { image: { pixels, width, height, channels: 1 }, png: new Uint8Array(png) };
}

/** Serves the page and opens it. */
async function withPage(
  use: (opened: Opened, address: string) => Promise<void>,
  { flags = [], before }: {
    flags?: string[];
    before?: (page: Page) => Promise<void>;
  } = {},
): Promise<void> {
  const stop = new AbortController();
  const { address, finished } = serve(await site(), { port: 0, signal: stop.signal });
  const browser: Browser = await startBrowser(flags);
  try {
    const opened = await openAddress(browser, address, { width: 1280 }, before);
    if (!before) await opened.page.locator("#explorer").waitFor({ timeout: 60_000 });
    await use(opened, address);
  } finally {
    await browser.close();
    stop.abort();
    await finished;
  }
}

/** Drops a picture on the page, as a hand would. */
async function drop(page: Page, png: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle((bytes) => {
    // deno-lint-ignore no-explicit-any -- runs in the page
    const { DataTransfer, File } = globalThis as any;
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(bytes)], "face.png", { type: "image/png" }));
    return transfer;
  }, [...png]);
  await page.locator("#stage").dispatchEvent("drop", { dataTransfer: transfer });
}

const answered = (page: Page) => page.locator("#answers li").first().waitFor({ timeout: 60_000 });
const probabilities = (page: Page) =>
  page.locator("#bars button").evaluateAll((buttons) =>
    buttons.map((button) => Number((button as unknown as { dataset: { probability: string } }).dataset.probability))
  );
const picture = (page: Page, id: string) =>
  page.locator(`#${id}`).evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
/** The picture of a canvas once it is none of those, which takes as long as the software adapter takes. */
async function anotherPicture(page: Page, id: string, than: string[]): Promise<string> {
  for (let n = 0; n < 300; n++) {
    const now = await picture(page, id);
    if (!than.includes(now)) return now;
    await page.waitForTimeout(100);
  }
  throw new Error(`${id} is what it was`);
}
const pressed = (page: Page) => page.locator("#bars [aria-pressed=true]").count();

/** Nothing was complained of, and nothing was asked of anybody but the page's own host. */
function assertQuiet({ complaints, requests }: Opened, address: string): void {
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests.filter((request) => !request.startsWith(address)), []);
}

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
    const blank = await picture(page, "heat");
    await drop(page, png);
    await answered(page);
    assert.equal(await page.locator("#status").textContent(), "One face was found.");
    const found = await probabilities(page);
    assert.ok(Math.max(...expected) < 0.99, `${expected}: an answer that says something`);
    found.forEach((value, n) => assert.ok(Math.abs(value - expected[n]) < 0.01, `${found}, expected ${expected}`));
    const likeliest = CLASSES[expected.indexOf(Math.max(...expected))];
    assert.equal(await page.locator("#bars .likeliest .name").textContent(), likeliest);
    assert.equal(await page.locator("#asked").textContent(), `What speaks for ${likeliest}`);

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
    await page.getByLabel("Heat map by").selectOption("guided");
    const third = await anotherPicture(page, "heat", [first, second]);
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
    assert.ok(opened.requests.every((request) => !request.includes("secret")));
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
    const square = page.locator("#frame button");
    const before = (await square.boundingBox())!, frame = (await page.locator("#frame").boundingBox())!;
    assert.ok(Math.abs(before.height - frame.height) < 3, "the middle square");
    const crop = await anotherPicture(page, "crop", [even]);
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

Deno.test("a camera is read frame after frame, and is off when it is switched off", () =>
  inTemporary(async (folder) => {
    const { image } = await portrait();
    const path = join(folder, "camera.y4m");
    await Deno.writeFile(path, video(image));
    const flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
    await withPage(async (opened, address) => {
      const { page } = opened;
      await page.getByRole("button", { name: "Use the camera" }).click();
      await page.locator("#status", { hasText: /^[\d.]+ frames a second$/ }).waitFor({ timeout: 60_000 });
      await answered(page);
      assert.ok(Math.abs((await probabilities(page)).reduce((sum, value) => sum + value) - 1) < 1e-4);
      assert.equal(await page.locator("#frame button").count(), 1);
      await page.getByRole("button", { name: "Stop the camera" }).click();
      assert.equal(await page.locator("#status").textContent(), "The camera is off.");
      await page.waitForTimeout(1000);
      assert.equal(await page.locator("#status").textContent(), "The camera is off.", "no frame after it");
      assertQuiet(opened, address);
    }, { flags: [...flags, `--use-file-for-fake-video-capture=${path}`] });
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

Deno.test("a browser without WebGPU is told, in a sentence, which ones have it", () =>
  withPage(async (opened, address) => {
    const { page } = opened;
    await page.locator("#needs.now").waitFor();
    assert.match(
      await page.locator("#needs").innerText(),
      /WebGPU.*Chrome or Edge 134, Firefox 145 on Windows or a Mac/s,
    );
    assert.ok(await page.locator("#needs").isVisible());
    assert.equal(await page.locator("#explorer").isVisible(), false);
    assertQuiet(opened, address);
  }, { before: async (page) => void await page.addInitScript("delete Navigator.prototype.gpu") }));

Deno.test("the page's policy lets nothing in and nothing out", () =>
  withPage(async ({ page }) => {
    const refused = await page.evaluate<string[]>(`new Promise((resolve) => {
      const directives = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        if (!directives.includes(effectiveDirective) && directives.push(effectiveDirective) === 4) resolve(directives.sort());
      });
      setTimeout(() => resolve(directives), 5000);
      fetch("https://example.com/", { method: "POST", body: "a face" }).catch(() => {});
      document.body.append(Object.assign(new Image(), { src: "https://example.com/x.png" }));
      document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.broken = 1" }));
      document.body.setAttribute("style", "color: red");
    })`);
    assert.deepEqual(refused, ["connect-src", "img-src", "script-src-elem", "style-src-attr"]);
    assert.equal(await page.evaluate("globalThis.broken"), undefined);
  }));

Deno.test("written as files it works from a folder of any host, and fits a phone, in the dark too", () =>
  inTemporary(async (folder) => {
    const files = await site();
    for (const name of ["faces", "filters"]) await Deno.mkdir(join(folder, name));
    for (const [name, file] of files) await Deno.writeFile(join(folder, name), await file.read());
    const types: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };
    // As plain as a host can be: it knows three types, and has no header of ours.
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
      const name = new URL(url).pathname.replace(/^\/some\/where\//, "") || "index.html";
      const type = types[name.split(".").at(-1)!] ?? "application/octet-stream";
      if (!files.has(name)) return new Response("no", { status: 404 });
      return new Response(await Deno.readFile(join(folder, name)), { headers: { "content-type": type } });
    });
    const address = `http://127.0.0.1:${server.addr.port}/some/where/`;
    const browser = await startBrowser();
    try {
      const opened = await openAddress(browser, address, { width: 390, height: 844 });
      const { page } = opened;
      await drop(page, (await portrait()).png);
      await answered(page);
      assert.equal(await page.locator("#status").textContent(), "One face was found.");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        assert.equal(await page.evaluate<number>("document.documentElement.scrollWidth"), 390);
        const [red] = (await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).match(/\d+/g)!;
        assert.ok(colorScheme === "dark" ? Number(red) < 60 : Number(red) > 220, `the page is ${red}`);
      }
      // TensorFlow.js grumbles where WebAssembly comes under another type, and goes on without streaming.
      assertQuiet(
        { ...opened, complaints: opened.complaints.filter((text) => !/MIME type|falling back/i.test(text)) },
        address,
      );
    } finally {
      await browser.close();
    }
  }));
