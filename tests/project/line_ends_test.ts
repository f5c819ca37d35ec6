/** Line ends: text files are checked out with LF, and a copy of the project whose lines end in CRLF works too. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CK_PLUS_SEQUENCES } from "../../datasets/ck_plus/sequences.ts";
import { SCRIPT, STYLE } from "../../tasks/report/page/inline.ts";
import { needs } from "../permissions.ts";
import { exists, inTemporary } from "../support/files.ts";
import { run } from "../support/process.ts";
import { PAGES, readPage } from "./pages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = /\.(jpg|png|npy|head)$/;

/** Every file of the project, by its path from the root. */
function projectFiles(folder = ""): string[] {
  const others = [".git", ".setup", "data", "runs", "node_modules"];
  return [...Deno.readDirSync(join(root, folder))].filter(({ name }) => !others.includes(name)).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory ? projectFiles(path) : entry.isFile ? [path] : [];
  });
}

Deno.test({
  name: "line ends: what is no picture or array is text, with LF, as .gitattributes has git check it out",
  ignore: needs("read", "run"),
  async fn() {
    const files = projectFiles();
    assert.ok(files.length > 500, `${files.length} files`);
    for (const file of files) {
      const hasNul = Deno.readFileSync(join(root, file)).includes(0);
      assert.equal(
        hasNul,
        BINARY.test(file),
        `${file}: a binary file has a line in .gitattributes, and no other file`,
      );
    }
    const rules = (await Deno.readTextFile(join(root, ".gitattributes"))).split("\n").filter((line) =>
      /^[^#]/.test(line)
    );
    assert.deepEqual(rules, ["* text=auto eol=lf", "*.jpg binary", "*.png binary", "*.npy binary", "*.head binary"]);
    // A copy of the files without their repository has no git to ask; the rules above are all that git would read.
    if (!await exists(join(root, ".git"))) return;
    const { code, stdout, stderr } = await run("git", {
      args: ["check-attr", "-z", "--stdin", "text", "eol"],
      cwd: root,
      input: files.join("\0"),
    });
    assert.equal(code, 0, stderr);
    const told = stdout.split("\0");
    const values = new Map<string, string>();
    for (let at = 0; at + 2 < told.length; at += 3) values.set(`${told[at]} ${told[at + 1]}`, told[at + 2]);
    for (const file of files) {
      const [text, eol] = [values.get(`${file} text`), values.get(`${file} eol`)];
      if (BINARY.test(file)) assert.equal(text, "unset", file);
      else assert.deepEqual([text, eol], ["auto", "lf"], file);
    }
  },
});

Deno.test("line ends: what a page of the browser holds, and is hashed for it, has those that a browser makes of any", () => {
  assert.ok(SCRIPT.split("\n").length > 20 && STYLE.split("\n").length > 20);
  assert.doesNotMatch(SCRIPT + STYLE, /\r/);
});

Deno.test("line ends: the list of sequences has its columns and nothing of a line's end", () => {
  assert.doesNotMatch(JSON.stringify(CK_PLUS_SEQUENCES), /\\r/);
  assert.equal(CK_PLUS_SEQUENCES.length, 327);
});

Deno.test({
  name: "line ends: the tests that read the project's own files pass on a copy whose lines end in CRLF",
  ignore: needs("read", "write", "run") || root.includes("aulens-crlf"),
  fn: () =>
    inTemporary(async (folder) => {
      const copy = join(folder, "aulens-crlf");
      for (const file of projectFiles()) {
        const to = join(copy, file);
        await Deno.mkdir(dirname(to), { recursive: true });
        if (BINARY.test(file)) await Deno.copyFile(join(root, file), to);
        else {
          const text = await Deno.readTextFile(join(root, file));
          await Deno.writeTextFile(to, text.replaceAll("\r", "").replaceAll("\n", "\r\n"));
        }
      }
      for (const page of PAGES) {
        assert.equal(await readPage(pathToFileURL(join(copy, page)).href), await readPage(page), page);
      }
      const { code, stdout, stderr } = await run("deno", {
        args: [
          "test",
          "--quiet",
          "--no-check",
          "--lock=deno.all.lock",
          ...["read", "write", "run", "env", "ffi", "sys"].map((name) => `--allow-${name}`),
          "--no-prompt",
          "--filter=/^(declarations|line ends: (what a page|the list)|dependencies: THIRD_PARTY)|every file that a page names/",
          ...["project/declarations_test.ts", "project/line_ends_test.ts", "project/pages_test.ts"].map((name) =>
            `tests/${name}`
          ),
          "tests/dependencies",
        ],
        cwd: copy,
        env: { NO_COLOR: "1" },
      });
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^ok \| (\d{2,}) passed/m);
    }),
});
