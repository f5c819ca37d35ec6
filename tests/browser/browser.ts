/** A headless Chromium for a check, which keeps note of everything that a page asks for and complains about. */
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "./deps.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--enable-unsafe-webgpu", // on the software adapter that comes with the browser
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium with a new, empty profile, and WebGPU where there is no GPU; `CHROMIUM` is its path. */
export function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = Deno.env.get("CHROMIUM");
  if (!executablePath) throw new Error("CHROMIUM is not set. Remedy: deno task test-browser");
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/** Serves an empty page, and a script beside it as `/mod.js`. */
export function serveScript(code: string): Deno.HttpServer<Deno.NetAddr> {
  const [script, page] = ["text/javascript", "text/html"].map((type) => ({ headers: { "content-type": type } }));
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    return url.endsWith("/mod.js")
      ? new Response(code, script)
      : new Response("<!doctype html><link rel='icon' href='data:,'>", page);
  });
}

/** A page and what was noted of it. */
export interface Opened {
  page: Page;
  /** Errors and warnings of the console, and scripts that failed. */
  complaints: string[];
  /** Everything that was asked for, but for data in the page itself. */
  requests: string[];
}

/** The window that a page is opened in. */
export interface View {
  width: number;
  height?: number;
  dark?: boolean;
}

/** Opens a file as a user would, from disk. */
export function openFile(browser: Browser, path: string, view: View): Promise<Opened> {
  return openAddress(browser, pathToFileURL(path).href, view);
}

/** Opens an address; `before` is done to the page first. */
export async function openAddress(
  browser: Browser,
  address: string,
  { width, height = 900, dark = false }: View,
  before: (page: Page) => Promise<void> = async () => {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light" });
  const page = await context.newPage();
  const complaints: string[] = [], requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) requests.push(request.url());
  });
  await before(page);
  await page.goto(address);
  return { page, complaints, requests };
}
