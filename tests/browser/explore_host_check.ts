/** What the explorer's page asks of a browser and of a host: WebGPU, or a sentence that says so; nothing from elsewhere; any host that has files. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { inTemporary } from "../support/files.ts";
import { openAddress, startBrowser } from "./browser.ts";
import { answered, assertQuiet, drop, portrait, site, withPage } from "./explorer.ts";

Deno.test("a browser without WebGPU is told, in a sentence, which ones have it", () =>
  withPage(async (opened, address) => {
    const { page } = opened;
    await page.locator("#needs.now").waitFor();
    assert.match(
      await page.locator("#needs").innerText(),
      /computes with WebGPU.*Chrome or Edge 134, Firefox 145 on Windows or a Mac, or a later one has it\.$/,
    );
    assert.ok(await page.locator("#needs").isVisible());
    assert.equal(await page.locator("#explorer").isVisible(), false);
    assertQuiet(opened, address);
    await page.addInitScript("Object.assign(Navigator.prototype, { gpu: { requestAdapter: async () => null } })");
    await page.reload();
    await page.locator("#needs.now", { hasText: "no GPU answers it" }).waitFor();
  }, { script: "delete Navigator.prototype.gpu", starts: false }));

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

/** Writes the page as files and serves them as plainly as a host can: it knows three types, and has no header of ours but those given. */
async function serveFolder(folder: string, headers: Record<string, string> = {}) {
  const files = await site();
  for (const name of ["faces", "filters"]) await Deno.mkdir(join(folder, name));
  for (const [name, file] of files) await Deno.writeFile(join(folder, name), await file.read());
  const types: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
    const name = new URL(url).pathname.replace(/^\/some\/where\//, "") || "index.html";
    const type = types[name.split(".").at(-1)!] ?? "application/octet-stream";
    if (!files.has(name)) return new Response("no", { status: 404 });
    return new Response(await Deno.readFile(join(folder, name)), { headers: { ...headers, "content-type": type } });
  });
}

Deno.test("written as files it works from a folder of any host, and fits a phone, in the dark too", () =>
  inTemporary(async (folder) => {
    await using server = await serveFolder(folder);
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

Deno.test("on a host that isolates its pages no program is asked for that the page does not have", () =>
  inTemporary(async (folder) => {
    await using server = await serveFolder(folder, {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    const browser = await startBrowser();
    try {
      const address = `http://127.0.0.1:${server.addr.port}/some/where/`;
      const { page, requests } = await openAddress(browser, address, { width: 1280 });
      assert.equal(await page.evaluate("crossOriginIsolated"), true, "threads could be had");
      await page.locator("#explorer").waitFor({ timeout: 60_000 });
      await drop(page, (await portrait()).png);
      await page.locator("#status", { hasText: /One face was found|cannot be looked for/ }).waitFor({
        timeout: 60_000,
      });
      assert.equal(await page.locator("#status").textContent(), "One face was found.");
      // Twice where the host says no type: TensorFlow.js tries to stream it first.
      const programs = new Set(requests.filter((request) => request.endsWith(".wasm")));
      assert.deepEqual([...programs], [`${address}faces/tfjs-backend-wasm-simd.wasm`]);
    } finally {
      await browser.close();
    }
  }));
