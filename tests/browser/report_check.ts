/** The report of a run in a real browser, opened from disk: it asks for nothing, opens sheets, obeys the keyboard, fits a phone, the dark and paper. */

import assert from "node:assert/strict";
import { gather } from "../../tasks/report/facts.ts";
import { renderReport } from "../../tasks/report/page.ts";
import { inTemporary } from "../support/files.ts";
import { writeReportRun } from "../support/report_run.ts";
import { type Opened, openFile, startBrowser } from "./browser.ts";
import type { Browser, Page } from "./deps.ts";

/** A report, and a browser to open it in. */
async function withReport(use: (browser: Browser, path: string) => Promise<void>): Promise<void> {
  await inTemporary(async (folder) => {
    await writeReportRun(`${folder}/run`);
    const path = `${folder}/report.html`;
    await Deno.writeTextFile(path, (await renderReport(await gather(`${folder}/run`))).html);
    const browser = await startBrowser();
    try {
      await use(browser, path);
    } finally {
      await browser.close();
    }
  });
}

/** Nothing was asked for but the file, nothing was complained of, and no name from a file ran as a program. */
async function assertQuiet({ page, complaints, requests }: Opened): Promise<void> {
  assert.deepEqual(complaints, []);
  assert.equal(requests.length, 1, requests.join(" "));
  assert.match(requests[0], /^file:.*report\.html$/);
  assert.equal(await page.evaluate("globalThis.broken"), undefined);
}

const title = (page: Page) => page.locator("#sheet-title").textContent();
const isOpen = (page: Page) =>
  page.locator("dialog").evaluate((dialog) => (dialog as unknown as { open: boolean }).open);
const width = (page: Page) => page.evaluate<number>("document.documentElement.scrollWidth");
/** What has the focus: a card's filter. */
const focused = (page: Page) => page.evaluate<string | undefined>("document.activeElement.dataset.filter");

Deno.test("a click opens a filter's sheet, arrow keys go to the neighbours, Esc closes it", () =>
  withReport(async (browser, path) => {
    const opened = await openFile(browser, path, { width: 1280 });
    const { page } = opened;
    // Sorted by selectivity: 5, 4, 3, 2, 1, 0.
    await page.locator(".card").nth(1).click();
    assert.equal(await title(page), "conv3, filter 4");
    const picture = page.locator("dialog .sheet img");
    assert.ok(await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth) > 100);
    assert.deepEqual(await page.locator("dialog tbody td").allTextContents().then((cells) => cells.slice(0, 3)), [
      "3.00",
      "2.00",
      "1.00",
    ]);
    await page.keyboard.press("ArrowRight");
    assert.equal(await title(page), "conv3, filter 3");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await title(page), "conv3, filter 5");
    assert.equal(await picture.isVisible(), false, "no image excites filter 5");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await title(page), "conv3, filter 0", "from the first to the last");
    assert.match(
      await page.locator("dialog [data-units]").textContent() ?? "",
      /^Excited by 4 brow lowerer \(AUC 0\.90\)/,
    );
    await page.keyboard.press("Escape");
    assert.equal(await isOpen(page), false);
    assert.equal(await focused(page), "4", "the focus is where it was");
    await assertQuiet(opened);
  }));

Deno.test("everything can be reached by keyboard: a card, the heat map, what units name", () =>
  withReport(async (browser, path) => {
    const opened = await openFile(browser, path, { width: 1280 });
    const { page } = opened;
    for (let n = 0; n < 60 && await focused(page) === undefined; n++) await page.keyboard.press("Tab");
    assert.equal(await focused(page), "5");
    await page.keyboard.press("Enter");
    assert.equal(await title(page), "conv3, filter 5");
    await page.keyboard.press("Escape");
    const strip = page.getByRole("slider").first();
    await strip.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    const words = await strip.getAttribute("aria-valuetext") ?? "";
    assert.match(words, /^filter \d: AUC 0\.\d\d, KL \d\.\d\d/);
    assert.ok((await page.locator(".readout").textContent())?.includes(words));
    await page.keyboard.press("Enter");
    assert.equal(await title(page), `conv3, ${/filter \d/.exec(words)![0]}`);
    await page.keyboard.press("Escape");
    await page.locator(".bars button").first().focus();
    await page.keyboard.press("Enter");
    assert.equal(await title(page), "conv3, filter 0");
    await page.locator("dialog [data-units] a").first().click();
    assert.equal(await isOpen(page), false);
    assert.match(page.url(), /#unit-4$/);
    await assertQuiet(opened);
  }));

Deno.test("the gallery is sorted and narrowed, and a click into the heat map opens the filter under it", () =>
  withReport(async (browser, path) => {
    const opened = await openFile(browser, path, { width: 1280 });
    const { page } = opened;
    const shown = () =>
      page.locator(".gallery li:not([hidden]) .card").evaluateAll((cards) =>
        cards.map((card) => (card as unknown as { dataset: { filter: string } }).dataset.filter).join(" ")
      );
    assert.equal(await shown(), "5 4 3 2 1 0");
    await page.getByLabel("Sort by").selectOption("filter");
    assert.equal(await shown(), "0 1 2 3 4 5");
    await page.getByLabel("Named by").selectOption("12");
    assert.equal(await shown(), "1 2");
    assert.equal(await page.locator(".tools output").textContent(), "2 of 6 filters shown");
    await page.getByLabel("Prefers").selectOption("happy");
    assert.equal(await shown(), "1");
    const strip = page.locator(".strip").first();
    const box = (await strip.boundingBox())!;
    await strip.click({ position: { x: box.width * 0.99, y: box.height / 2 } });
    const last = await page.evaluate<number>(
      "JSON.parse(document.getElementById('data').textContent).heat.order.at(-1)",
    );
    assert.equal(await title(page), `conv3, filter ${last}`);
    await assertQuiet(opened);
  }));

Deno.test("it fits a phone of 390 pixels, dialog and all", () =>
  withReport(async (browser, path) => {
    const opened = await openFile(browser, path, { width: 390, height: 844 });
    const { page } = opened;
    assert.equal(await width(page), 390);
    await page.locator(".card").nth(1).click();
    assert.equal(await width(page), 390);
    const { x, width: wide } = (await page.locator("dialog").boundingBox())!;
    assert.ok(x >= 0 && x + wide <= 390, `the dialog lies from ${x} to ${x + wide}`);
    await assertQuiet(opened);
  }));

/** Contrast of text and page, as WCAG 2 reckons it; at least 4.5 is asked for. */
const CONTRAST = `(selector) => {
  const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll(selector)].map((element) => {
    const text = light(getComputedStyle(element).color);
    return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  });
}`;

Deno.test("light and dark are two pictures, and in both the text can be read", () =>
  withReport(async (browser, path) => {
    const pictures: string[] = [];
    for (const dark of [false, true]) {
      const opened = await openFile(browser, path, { width: 1280, dark });
      const { page } = opened;
      const [red] = (await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).match(/\d+/g)!;
      assert.ok(dark ? Number(red) < 60 : Number(red) > 220, `the page is ${red}`);
      const contrasts = await page.evaluate<number[]>(
        `(${CONTRAST})("h1, h2, h3, p, a, .note, .tag, figcaption, .verdict, th, td:not(.heat)")`,
      );
      assert.ok(
        contrasts.length > 100 && contrasts.every((contrast) => contrast >= 4.5),
        `the least is ${Math.min(...contrasts)}`,
      );
      pictures.push((await page.screenshot()).toString("base64"));
      await assertQuiet(opened);
    }
    assert.notEqual(pictures[0], pictures[1]);
  }));

Deno.test("it prints, without what only a screen is for", () =>
  withReport(async (browser, path) => {
    const opened = await openFile(browser, path, { width: 1280, dark: true });
    const { page } = opened;
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    assert.match(pdf, /^%PDF-/);
    assert.ok((pdf.match(/\/Type\s*\/Page\b/g) ?? []).length > 3);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("nav").isVisible(), false);
    assert.equal(await page.locator(".tools").isVisible(), false);
    assert.equal(await page.locator(".print-only").isVisible(), true);
    const ink = await page.evaluate<string>("getComputedStyle(document.body).color");
    assert.ok(Number(ink.match(/\d+/)![0]) < 80, `dark ink, not ${ink}`);
    await assertQuiet(opened);
  }));

Deno.test("every picture has words, every button a name, and the page's policy lets nothing in", () =>
  withReport(async (browser, path) => {
    const opened = await openFile(browser, path, { width: 1280 });
    const { page } = opened;
    await assertQuiet(opened);
    assert.equal(await page.locator("main img:not([alt]), main img[alt='']").count(), 0);
    const names = await page.locator("button").evaluateAll((buttons) =>
      buttons.map((button) => button.getAttribute("aria-label") ?? button.textContent?.trim() ?? "")
    );
    assert.ok(names.length > 10 && names.every((name) => name !== ""));
    const refused = await page.evaluate<string[]>(`new Promise((resolve) => {
      const directives = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        if (directives.push(effectiveDirective) === 4) resolve(directives.sort());
      });
      setTimeout(() => resolve(directives), 5000);
      fetch("https://example.com/").catch(() => {});
      document.body.append(Object.assign(new Image(), { src: "https://example.com/x.png" }));
      document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.broken = 1" }));
      document.body.setAttribute("style", "color: red");
    })`);
    assert.deepEqual(refused, ["connect-src", "img-src", "script-src-elem", "style-src-attr"]);
    assert.equal(await page.evaluate("globalThis.broken"), undefined);
  }));
