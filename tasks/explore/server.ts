/** Serves a site to browsers on this machine, and to nobody else: what is not asked for by its own name, from its own pages, is refused. */
import type { Site } from "./site/file.ts";
import { policy } from "./site/policy.ts";

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
 * A page elsewhere can make a browser ask here (DNS rebinding, forms, scripts): such a request names another host, or another origin than this one.
 *
 * @param site What is served.
 * @param port Where: the only port that a host or an origin may name.
 * @param request Any.
 */
export async function respond(site: Site, port: number, request: Request): Promise<Response> {
  const hosts = [`${HOST}:${port}`, `localhost:${port}`];
  const origin = request.headers.get("origin");
  if (!hosts.includes(request.headers.get("host") ?? "")) return refuse(421, "This is another host's page.");
  if (origin !== null && !hosts.some((host) => origin === `http://${host}`)) return refuse(403, "Not from there.");
  if (request.method !== "GET" && request.method !== "HEAD") {
    return refuse(405, "Nothing is taken here: a photograph stays in the browser.", { allow: "GET, HEAD" });
  }
  if (Number(request.headers.get("content-length") ?? 0) !== 0 || request.headers.has("transfer-encoding")) {
    return refuse(413, "Nothing is taken here: a photograph stays in the browser.");
  }
  if (request.url.length > LONGEST_ADDRESS) return refuse(414, "No file here has such a name.");
  // A name is looked up among the site's own; no path of the file system is made from it.
  const { pathname } = new URL(request.url);
  const name = pathname === "/" ? "index.html" : pathname.slice(1);
  const file = site.get(name);
  if (!file) return refuse(404, "There is no such file.");
  const body = await file.read();
  const headers = { ...HEADERS, "content-type": file.type, "content-length": String(body.length) };
  return new Response(request.method === "HEAD" ? null : body as BodyInit, { headers });
}

function refuse(status: number, words: string, headers: Record<string, string> = {}): Response {
  return new Response(`${words}\n`, {
    status,
    headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/** What serves, and where. */
export interface Serving {
  /** `http://127.0.0.1:PORT/`. */
  address: string;
  /** Done when it has ended. */
  finished: Promise<void>;
}

/**
 * Serves until `signal` is aborted.
 *
 * @param site What is served.
 * @param options `port` 0 takes a free one.
 * @throws {Deno.errors.AddrInUse} where the port is taken.
 */
export function serve(site: Site, { port, signal }: { port: number; signal: AbortSignal }): Serving {
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: HOST, port, signal, onListen() {}, onError: () => refuse(500, "The file could not be read.") },
    (request) => respond(site, server.addr.port, request),
  );
  return { address: `http://${HOST}:${server.addr.port}/`, finished: server.finished };
}
