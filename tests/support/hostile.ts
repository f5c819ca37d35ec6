/** What a stranger's folder may hold, and what no output may pass on. */
import { run } from "./process.ts";

/** What stands in a file outside the folder that no task may read. */
export const SECRET = "SECRET of somebody's diary";

/** What a terminal obeys, and what breaks a line. */
// deno-lint-ignore no-control-regex
export const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/;

/** What somebody puts in a file's place. */
export const PUT: Record<string, (path: string, secret: string) => Promise<unknown>> = {
  "a named pipe": (path) => run("mkfifo", { args: [path] }),
  "an SVG": (path, secret) => {
    const image = `<image href="file://${secret}" width="9" height="9"/>`;
    return Deno.writeTextFile(path, `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${image}</svg>`);
  },
  "a link out of the folder": (path, secret) => Deno.symlink(secret, path),
  "a sparse file of 2 GB": async (path) => {
    await Deno.writeTextFile(path, "{");
    await Deno.truncate(path, 2 ** 31);
  },
  "a folder": (path) => Deno.mkdir(path),
};
