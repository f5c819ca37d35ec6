/** Paths as Windows has them: what builds or cuts paths, run with `node:path` of Windows in the place of this system's. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isWithin, pathWithin } from "../../datasets/paths.ts";
import { needs } from "../permissions.ts";
import { run } from "../support/process.ts";

const folder = fileURLToPath(new URL("../support/windows/", import.meta.url));

Deno.test({
  name: "windows: drives, shares and backslashes are understood by what builds or cuts paths",
  ignore: needs("read", "run"),
  async fn() {
    const { code, stdout, stderr } = await run("deno", {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-read",
        "--import-map=import_map.json",
        "--lock=../../../deno.all.lock",
        "paths.ts",
      ],
      cwd: folder,
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      join: "runs\\x",
      within: "S005/001/x.png",
      isWithin: [true, true, true, false, false, false, false],
      copies: ["a-x.jpg", "b-x.jpg", "a-x.jpg", "ab-c-x.jpg", "photos-x.jpg", "D_-photos-x.jpg"],
      places: ["C:\\p", "C:/p", "C:\\", "\\", ".", "p\\q", "\\\\server\\share\\", "C:\\p"],
    });
  },
});

Deno.test("paths: here they are cut in the same way", () => {
  if (Deno.build.os === "windows") return;
  assert.equal(pathWithin("/ck", "/ck/S005/001/x.png"), "S005/001/x.png");
  const paths = ["/a", "/a/b", "/a/..b", "/ab", "/", "/a/..\\b"];
  assert.deepEqual(paths.map((path) => isWithin("/a", path)), [true, true, true, false, false, true]);
});

Deno.test({
  name: "paths: no file of the project takes the path of an address for a path of the system",
  ignore: needs("read"),
  fn() {
    const root = new URL("../..", import.meta.url);
    let count = 0;
    const look = (folder: string) => {
      for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
        if ([".git", ".setup", "data", "runs", "node_modules"].includes(name)) continue;
        if (isDirectory) look(`${folder}${name}/`);
        if (!name.endsWith(".ts") || name === "windows_paths_test.ts") continue;
        count++;
        const text = Deno.readTextFileSync(new URL(folder + name, root));
        // What a server reads of a request is an address, and stays one.
        for (const line of text.split("\n").filter((line) => !/\burl\b|request\.url/.test(line))) {
          assert.doesNotMatch(line, /\.pathname\b|[`"']file:\/\/\//, folder + name);
        }
      }
    };
    look("./");
    assert.ok(count > 400, `${count} files`);
  },
});
