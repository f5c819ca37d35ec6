/**
 * The project as a web server hands it out, for what users run from an address; and a folder for downloads in which
 * nothing of the project is. Started as a program, this file is the server: `deno run --allow-read
 * --allow-net=127.0.0.1 served_project.ts`.
 */
import { join } from "node:path";
import { run, start } from "./process.ts";

const root = new URL("../..", import.meta.url);

/** Serves the files of the project on this machine, from a process of its own. Dispose of it (`await using`). */
export async function serveProject(): Promise<{ address: string } & AsyncDisposable> {
  const args = ["run", "--quiet", "--no-config", "--allow-read", "--allow-net=127.0.0.1", import.meta.url];
  const server = start("deno", { args, env: { NO_COLOR: "1" } });
  const [address] = await server.said(/http:\/\/127\.0\.0\.1:\d+\//);
  return { address, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/**
 * Makes a folder for downloads, `DENO_DIR`, in which no module of the project is; the npm packages of this machine are:
 * no test downloads them.
 *
 * @returns Its path.
 */
export async function emptyDenoDir(within: string): Promise<string> {
  const { stdout } = await run("deno", { args: ["info", "--json"] });
  const path = join(within, "downloads");
  await Deno.mkdir(path);
  await Deno.symlink(JSON.parse(stdout).npmCache, join(path, "npm"), { type: "dir" });
  return path;
}

if (import.meta.main) {
  const onListen = ({ port }: { port: number }) => console.log(`http://127.0.0.1:${port}/`);
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, async (request) => {
    // An address has no ".." that leads out of the project.
    const { pathname } = new URL(request.url);
    const file = await Deno.readFile(new URL(`.${pathname}`, root)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    if (!file) return new Response(`${pathname}: not found`, { status: 404 });
    const type = pathname.endsWith(".ts") ? "text/typescript" : "text/plain";
    return new Response(file, { headers: { "content-type": `${type}; charset=utf-8` } });
  });
}
