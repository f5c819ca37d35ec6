/** A headless Chromium for a check, which keeps note of everything that a page asks for and complains about. */
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "./deps.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium with a new, empty profile; `CHROMIUM` is its path. */
export function startBrowser(): Promise<Browser> {
  const executablePath = Deno.env.get("CHROMIUM");
  if (!executablePath) throw new Error("CHROMIUM is not set. Remedy: deno task test-browser");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page and what was noted of it. */
export interface Opened {
  page: Page;
  /** Errors and warnings of the console, and scripts that failed. */
  complaints: string[];
  /** Everything that was asked for, but for data in the page itself. */
  requests: string[];
}

/** Opens a file as a user would, from disk. */
export async function openFile(
  browser: Browser,
  path: string,
  { width, height = 900, dark = false }: { width: number; height?: number; dark?: boolean },
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
  await page.goto(pathToFileURL(path).href);
  return { page, complaints, requests };
}
