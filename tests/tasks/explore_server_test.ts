/** What the explorer's server answers, and what it refuses: other hosts, other origins, anything sent, any name that is not its own. */
import assert from "node:assert/strict";
import { failures, HOST, respond } from "../../tasks/explore/server.ts";
import type { Site } from "../../tasks/explore/site/file.ts";

const PORT = 4321;
const text = (content: string, type: string) => ({ type, read: () => new TextEncoder().encode(content) });
const site: Site = new Map([
  ["index.html", text("<!doctype html>", "text/html; charset=utf-8")],
  ["faces/a.bin", text("abc", "application/octet-stream")],
]);

function ask(
  path: string,
  options: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = { host: `${HOST}:${PORT}`, ...options.headers };
  return respond(site, PORT, new Request(`http://${HOST}:${PORT}${path}`, { ...options, headers }));
}

Deno.test("a file is served by its name, with its type, whole, and not kept", async () => {
  for (
    const [path, type, content] of [
      ["/", "text/html; charset=utf-8", "<!doctype html>"],
      ["/index.html", "text/html; charset=utf-8", "<!doctype html>"],
      ["/faces/a.bin", "application/octet-stream", "abc"],
      ["/faces/a.bin?x=1#y", "application/octet-stream", "abc"],
    ]
  ) {
    const response = await ask(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("content-type"), type);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("content-length"), String(content.length));
    assert.equal(await response.text(), content);
  }
  const head = await ask("/", { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "15", ""]);
});

Deno.test("every answer, refusals too, carries a policy that lets nothing else in or out", async () => {
  for (const response of [await ask("/"), await ask("/nowhere"), await ask("/", { method: "POST" })]) {
    const policy = response.headers.get("content-security-policy")!.split("; ");
    assert.ok(policy.includes("default-src 'none'"), `${policy}`);
    assert.ok(policy.includes("connect-src 'self'") && policy.includes("frame-ancestors 'none'"));
    assert.ok(policy.includes("script-src 'self' 'wasm-unsafe-eval'"));
    assert.doesNotMatch(policy.join(" "), /unsafe-inline|'unsafe-eval'|https?:|blob:|media-src|\*/);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("referrer-policy"), "no-referrer");
    assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    await response.body?.cancel();
  }
});

Deno.test("another host or another origin is refused: a name that was made to point here, a page elsewhere", async () => {
  for (
    const host of ["evil.example", `evil.example:${PORT}`, `${HOST}:1`, HOST, "", `localhost:${PORT}.evil.example`]
  ) {
    assert.equal((await ask("/", { headers: { host } })).status, 421, host);
  }
  assert.equal((await respond(site, PORT, new Request(`http://${HOST}:${PORT}/`))).status, 421, "no host at all");
  for (const origin of ["http://evil.example", "null", "", `https://${HOST}:${PORT}`, `http://${HOST}:1`]) {
    assert.equal((await ask("/", { headers: { origin } })).status, 403, origin);
  }
  for (const host of [`${HOST}:${PORT}`, `localhost:${PORT}`]) {
    const response = await ask("/", { headers: { host, origin: `http://${host}` } });
    assert.equal(response.status, 200, host);
    await response.body?.cancel();
  }
});

Deno.test("at port 80 a browser names the host without it", async () => {
  const at = (port: number, headers: Record<string, string>) =>
    respond(site, port, new Request(`http://${HOST}:${port}/`, { headers }));
  for (const name of [HOST, "localhost"]) {
    for (const host of [name, `${name}:80`]) {
      const { status, body } = await at(80, { host, origin: `http://${host}` });
      assert.equal(status, 200, host);
      await body?.cancel();
    }
    assert.equal((await at(8080, { host: name })).status, 421);
    assert.equal((await at(80, { host: `${name}:8080` })).status, 421);
    assert.equal((await at(80, { host: name, origin: `https://${name}` })).status, 403);
  }
});

Deno.test("what another site embeds or reads is refused; a visitor may come from there", async () => {
  const from = (site: string, mode: string, dest: string) => (
    { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest }
  );
  for (const site of ["cross-site", "same-site"]) {
    for (
      const [path, mode, dest] of [
        ["/faces/a.bin", "no-cors", "image"],
        ["/faces/a.bin", "no-cors", "script"],
        ["/faces/a.bin", "navigate", "document"],
        ["/", "no-cors", "image"],
        ["/", "cors", "empty"],
        ["/", "navigate", "iframe"],
        ["/", "navigate", "object"],
      ]
    ) {
      assert.equal(
        (await ask(path, { headers: from(site, mode, dest) })).status,
        403,
        `${site} ${path} ${mode} ${dest}`,
      );
    }
    assert.equal((await ask("/nowhere", { headers: from(site, "no-cors", "image") })).status, 403, "no name is told");
    assert.equal(
      (await ask("/", { headers: from(site, "navigate", "document") })).status,
      200,
      "a link that is followed",
    );
  }
  for (const site of ["same-origin", "none"]) {
    assert.equal((await ask("/faces/a.bin", { headers: from(site, "no-cors", "image") })).status, 200, site);
  }
});

Deno.test("nothing can be sent: other methods and bodies are refused before they are read", async () => {
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
    const response = await ask("/", { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
  }
  let read = false;
  const body = new ReadableStream({
    pull() {
      read = true;
    },
  }, { highWaterMark: 0 });
  assert.equal((await ask("/", { method: "POST", body })).status, 405);
  assert.equal(read, false, "a body was read");
  for (const [name, value] of [["content-length", "1"], ["content-length", "x"], ["transfer-encoding", "chunked"]]) {
    assert.equal((await ask("/", { headers: { [name]: value } })).status, 413, `${name}: ${value}`);
  }
});

Deno.test("a name that is not the site's is no file, however it is written", async () => {
  for (
    const path of [
      "/nowhere",
      "/faces",
      "/faces/",
      "//index.html",
      "/..%2fdeno.json",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/faces\\..\\..\\deno.json",
      "/index.html%00.png",
      "/INDEX.HTML",
      "/__proto__",
      "/etc/passwd",
      "/server.ts",
    ]
  ) assert.equal((await ask(path)).status, 404, path);
  assert.equal((await ask(`/${"a".repeat(5000)}`)).status, 414);
});

Deno.test("a file that cannot be read is told once, without what a terminal would obey, and the answer says where", async () => {
  const said: string[] = [];
  const answer = failures((words) => said.push(words));
  for (const words of ["a.webp: is gone\u001b[2J", "a.webp: is gone\u001b[2J", "b.webp: is gone"]) {
    const response = answer(new Error(words));
    assert.equal(response.status, 500);
    assert.match(await response.text(), /could not be read; the terminal says why/);
  }
  assert.deepEqual(said, ["a.webp: is gone\\u001b[2J", "b.webp: is gone"]);
});
