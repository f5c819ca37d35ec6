/** Serves a site to browsers on this machine, and to nobody else: what is not asked for by its own name, from its own pages, is refused. */
import { printable } from "../../datasets/printable.ts";
import type { Site } from "./site/file.ts";
import { policy } from "./site/policy.ts";
import { complain } from "../terminal.ts";

/** The only address that is listened on. */
export const HOST = "127.0.0.1";

/** Most bytes of an address in a request; the site's longest name is far below. */
const LONGEST_ADDRESS = 1024;

/** Said with every answer: nothing is embedded, guessed, kept, or told to another site, and of what a browser guards the camera alone may be asked for. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `${policy()}; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
  "cache-control": "no-store",
};

/**
 * Answers a request.
 *
 * A page elsewhere can make a browser ask here: by a name that was made to point here (DNS rebinding), from its scripts and forms, which name
 * their origin, or by what it embeds and links to, which names this host and no origin, but is marked as another site's by the browser. Of
 * that a link to the page itself is all that is followed.
 *
 * @param site What is served.
 * @param port Where: the only port that a host or an origin may name.
 * @param request Any.
 */
export async function respond(site: Site, port: number, request: Request): Promise<Response> {
  const { headers } = request;
  const hosts = [HOST, "localhost"].flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
  const origin = headers.get("origin");
  if (!hosts.includes(headers.get("host") ?? "")) return refuse(421, "This is another host's page.");
  if (origin !== null && !hosts.some((host) => origin === `http://${host}`)) return refuse(403, "Not from there.");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "Nothing is taken here: a photograph stays in the browser.", { allow: "GET, HEAD" });
  }
  if (Number(headers.get("content-length") ?? 0) !== 0 || headers.has("transfer-encoding")) {
    return refuse(413, "Nothing is taken here: a photograph stays in the browser.");
  }
  if (request.url.length > LONGEST_ADDRESS) return refuse(414, "No file here has such a name.");
  const pathname = URL.parse(request.url)?.pathname;
  if (pathname === undefined) return refuse(400, "This is no address.");
  if (isForeign(headers) && !(isVisit(headers) && pathname === "/")) return refuse(403, "Not from there.");
  // A name is looked up among the site's own; no path of the file system is made from it.
  const name = pathname === "/" ? "index.html" : pathname.slice(1);
  const file = site.get(name);
  if (!file) return refuse(404, "There is no such file.");
  const body = await file.read();
  return new Response(request.method === "HEAD" ? null : body as BodyInit, {
    headers: { ...HEADERS, "content-type": file.type, "content-length": String(body.length) },
  });
}

/** Whether another site's page asks, also one on another port of this machine; a browser says so, and a page cannot say otherwise. */
function isForeign(headers: Headers): boolean {
  return ["cross-site", "same-site"].includes(headers.get("sec-fetch-site") ?? "");
}

/** Whether a visitor goes there, rather than a page that embeds it. */
function isVisit(headers: Headers): boolean {
  return headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
}

function refuse(status: number, words: string, headers: Record<string, string> = {}): Response {
  return new Response(`${words}\n`, {
    status,
    headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/**
 * Answers where a file cannot be read, and says why to whoever serves: each reason once, for a page asks again and again.
 *
 * @param say Gets the reasons, fit for a terminal.
 */
export function failures(say: (words: string) => void): (error: unknown) => Response {
  const told = new Set<string>();
  return (error) => {
    const words = printable(error instanceof Error ? error.message : String(error));
    if (!told.has(words)) say(words);
    told.add(words);
    return refuse(500, "The file could not be read; the terminal says why.");
  };
}

/** What serves, and where. */
export interface Serving {
  /** `http://127.0.0.1:PORT/`. */
  address: string;
  /** Done when it has ended. */
  finished: Promise<void>;
}

/**
 * Serves until `signal` is aborted; not at all where it already is. A file that cannot be read is told on the standard error, once.
 *
 * @param site What is served.
 * @param options `port` 0 takes a free one.
 * @throws {Deno.errors.AddrInUse} where the port is taken.
 */
export function serve(site: Site, { port, signal }: { port: number; signal: AbortSignal }): Serving {
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: HOST, port, signal, onListen() {}, onError: failures((words) => complain(words)) },
    (request) => respond(site, server.addr.port, request),
  );
  // Deno waits for the signal to be aborted, which will not happen twice.
  if (signal.aborted) void server.shutdown();
  return { address: `http://${HOST}:${server.addr.port}/`, finished: server.finished };
}
