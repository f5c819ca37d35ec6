/** Pictures on a machine with no font: their letters are boxes, and the user is told. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { writePrepared } from "../../datasets/prepared.ts";
import { areDrawn } from "../../pictures/letters.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { run } from "../support/process.ts";
import { commandLine } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const root = new URL("../..", import.meta.url);
const ignore = needs("read", "write", "run");
const NO_FONT =
  /^DejaVu Sans was not found: pictures may lack their text \(Debian: apt-get install fonts-dejavu-core\)\.$/gm;

/** Runs a program on a machine whose fonts are none. */
async function withoutFonts(folder: string, args: string[], input?: string) {
  const fonts = join(folder, "fonts.conf");
  await Deno.writeTextFile(fonts, "<?xml version='1.0'?><fontconfig></fontconfig>");
  return await run("deno", { args, cwd: root, env: { FONTCONFIG_FILE: fonts, NO_COLOR: "1" }, input });
}

Deno.test("letters: two different ones that look the same, or like nothing, are no letters", () => {
  const picture = (...rows: number[][]) => Uint8Array.from(rows.flat());
  assert.equal(areDrawn(picture([0, 9, 9, 0], [0, 9, 0, 0])), true);
  assert.equal(areDrawn(picture([0, 9, 9, 0], [0, 9, 9, 0])), false);
  assert.equal(areDrawn(picture([0, 0], [0, 0])), false);
});

Deno.test({
  name: "letters: whoever draws pictures with words says once where a font is missing, and draws them",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const program = `
        import { svgToPng } from "./pictures/charts/style.ts";
        import { sayWhereNoLetters } from "./tasks/letters.ts";
        import { Page } from "./tasks/visualize/page.ts";
        const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="16">words</text>' +
          '<path d="M0 0h9" stroke="#000"/></svg>';
        const page = new Page(40, 20);
        page.text("words", 2, 16);
        await sayWhereNoLetters();
        console.log((await svgToPng(svg)).length > 0, (await page.png()).length > 0, (await page.png()).length > 0);`;
      const file = join(folder, "draw.ts");
      await Deno.writeTextFile(file, program.replaceAll('"./', `"${root.href}`));
      const grants = ["--lock=deno.all.lock", "--allow-read", "--allow-ffi", "--ignore-env", "--no-prompt"];
      const { code, stdout, stderr } = await withoutFonts(folder, ["run", "--quiet", ...grants, file]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "true true true\n");
      assert.equal(stderr.match(NO_FONT)?.length, 1, stderr);
    }),
});

Deno.test({
  name: "letters: inspect says where the contact sheet has none",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const data = join(folder, "data"), sheet = join(folder, "sheet.png");
      await writePrepared(data, await tinyDataset({ folds: 2 }), { source: "a test" });
      const [, ...flags] = commandLine("inspect");
      const { code, stderr } = await withoutFonts(folder, [...flags, data, "--contact-sheet", sheet]);
      assert.equal(code, 0, stderr);
      assert.equal(stderr.match(NO_FONT)?.length, 1, stderr);
    }),
});

Deno.test({
  name:
    "letters: every file of tasks/ and run/ that draws words, or has a picture with words drawn, asks whether they are letters",
  ignore: needs("read"),
  fn() {
    const asking: string[] = [];
    const look = (folder: string) => {
      for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
        if (isDirectory) look(`${folder}${name}/`);
        if (!name.endsWith(".ts") || name === "letters.ts") continue;
        const text = Deno.readTextFileSync(new URL(folder + name, root));
        const draws = /font-family="|new TextEncoder\(\)\.encode\(svg\)|await contactSheet\(|\b\w+Png\(/.test(text);
        if (draws) assert.match(text, /await (sayWhereNoLetters|warnOfLetters)\(/, folder + name);
        if (draws) asking.push(folder + name);
      }
    };
    for (const room of ["run/", "tasks/"]) look(room);
    assert.ok(asking.length >= 9, String(asking));
  },
});
