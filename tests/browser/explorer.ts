/** The explorer's page in a browser, for the checks: served, opened, and looked at as a visitor would. */

import assert from "node:assert/strict";
import { sharp } from "../../datasets/deps.ts";
import type { Image } from "../../datasets/faces/mod.ts";
import { drawIdentity } from "../../datasets/synthetic/identity.ts";
import { photograph } from "../../datasets/synthetic/photograph.ts";
import { PLAIN_SCENE } from "../../datasets/synthetic/scene.ts";
import { initialParameters } from "../../network/parameters.ts";
import { serve } from "../../tasks/explore/server.ts";
import { filterSheets } from "../../tasks/explore/site/filters.ts";
import type { Site } from "../../tasks/explore/site/file.ts";
import { makeSite } from "../../tasks/explore/site/site.ts";
import { RunFolder } from "../../run/folder.ts";
import type { Model } from "../../training/model.ts";
import { writeReportRun } from "../support/report_run.ts";
import { openAddress, type Opened, startBrowser } from "./browser.ts";
import type { Browser, Page } from "./deps.ts";

export const CLASSES = ["calm", "<b>glad</b>", "sad"];
export const [width, height] = [640, 490];

/** A model with weights that nobody trained, whose answers are far from even. */
export const model: Model = {
  info: {
    imageSize: 48,
    classNames: CLASSES,
    normalization: "local-mean",
    crop: "drawn",
    dataset: "synthetic",
    images: "drawn",
    variant: "cnn",
    step: 100,
  },
  parameters: initialParameters(CLASSES.length, 5, 1.8),
};

let made: Promise<Site> | undefined;
/** The page of that model, with the sheets of a run that has them. */
export function site(): Promise<Site> {
  return made ??= (async () => {
    const plain = await makeSite(
      { model, path: "/somewhere/secret/a model", rule: "the file that was named" },
      undefined,
    );
    const folder = await Deno.makeTempDir({ prefix: "aulens explore " });
    globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    await writeReportRun(folder, { filters: 24 });
    const sheets = (await filterSheets(new RunFolder(folder), 100))!;
    const about = JSON.parse(new TextDecoder().decode(await plain.get("about.json")!.read()));
    const told = new TextEncoder().encode(JSON.stringify({ ...about, filters: sheets.about }));
    return new Map([...plain, ["about.json", { type: "application/json", read: () => told }], ...sheets.files]);
  })();
}

/** A drawn portrait, and its bytes as a file. */
export async function portrait(): Promise<{ image: Image; png: Uint8Array }> {
  const face = { identity: drawIdentity(1, 3), expression: { 12: [0.8, 0.8] as const }, scene: PLAIN_SCENE };
  const pixels = await photograph(face as never, width, height, "portrait");
  const png = await sharp(pixels, { raw: { width, height, channels: 1 } }).png().toBuffer();
  return { image: { pixels, width, height, channels: 1 }, png: new Uint8Array(png) };
}

/** Serves the page and opens it; `script` runs in it first. Waits until it takes pictures, unless it never will. */
export async function withPage(
  use: (opened: Opened, address: string) => Promise<void>,
  { flags = [], script, starts = true }: { flags?: string[]; script?: string; starts?: boolean } = {},
): Promise<void> {
  const stop = new AbortController();
  const { address, finished } = serve(await site(), { port: 0, signal: stop.signal });
  const browser: Browser = await startBrowser(flags);
  try {
    const before = async (page: Page) => void (script && await page.addInitScript(script));
    const opened = await openAddress(browser, address, { width: 1280 }, before);
    if (starts) await opened.page.locator("#explorer").waitFor({ timeout: 60_000 });
    await use(opened, address);
  } finally {
    await browser.close();
    stop.abort();
    await finished;
  }
}

/** Drops a picture on the page, as a hand would. */
export async function drop(page: Page, png: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle((bytes) => {
    // deno-lint-ignore no-explicit-any -- runs in the page
    const { DataTransfer, File } = globalThis as any;
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(bytes)], "face.png", { type: "image/png" }));
    return transfer;
  }, [...png]);
  await page.locator("#stage").dispatchEvent("drop", { dataTransfer: transfer });
}

export const answered = (page: Page) => page.locator("#answers li").first().waitFor({ timeout: 60_000 });
export const probabilities = (page: Page) =>
  page.locator("#bars button").evaluateAll((buttons) =>
    buttons.map((button) => Number((button as unknown as { dataset: { probability: string } }).dataset.probability))
  );
export const picture = (page: Page, id: string) =>
  page.locator(`#${id}`).evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
/** The picture of a canvas once it is none of those, which takes as long as the software adapter takes. */
export async function anotherPicture(page: Page, id: string, than: string[]): Promise<string> {
  for (let n = 0; n < 300; n++) {
    const now = await picture(page, id);
    if (!than.includes(now)) return now;
    await page.waitForTimeout(100);
  }
  throw new Error(`${id} is what it was`);
}

/** Nothing was complained of, and nothing was asked of anybody but the page's own host. */
export function assertQuiet({ complaints, requests }: Opened, address: string): void {
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests.filter((request) => !request.startsWith(address)), []);
}
