/** What libraries say is of no command line: no option of one in an error or a warning, and nothing is printed. */
import assert from "node:assert/strict";
import { needs } from "../permissions.ts";

const root = new URL("../..", import.meta.url);
/** The rooms below the command line. */
const ROOMS = ["formats", "gpu", "kernels", "network", "training", "analysis", "datasets", "pictures", "run"];
/** Programs that are called have options, which stand in no error: the arguments of deno, sbatch and squeue. */
const CALLS_PROGRAMS = "run/engines/";
/** The one program of a library, whose output is the log of a run. */
const PROGRAM = "run/engines/element.ts";

/** Every TypeScript file of the rooms, without its comments. */
function* sources(): Iterable<{ path: string; code: string }> {
  for (const room of ROOMS) yield* under(`${room}/`);
}

function* under(folder: string): Iterable<{ path: string; code: string }> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* under(`${folder}${name}/`);
    if (!name.endsWith(".ts")) continue;
    const text = Deno.readTextFileSync(new URL(folder + name, root));
    const lines = text.split("\n").map((line) => /^\s*(\*|\/\*|\/\/)/.test(line) ? "" : line.replace(/ \/\/ .*/, ""));
    yield { path: folder + name, code: lines.join("\n") };
  }
}

/** What stands in the parentheses of every error that is made, and of every note and warning. */
function said(code: string): string[] {
  return Array.from(
    code.matchAll(/new \w*Errors?\(|\b(onNote|onWarning|notWritten|refuse|complain)(\?\.)?\(/g),
    (match) => {
      let depth = 1, at = match.index + match[0].length;
      const begin = at;
      for (; depth > 0 && at < code.length; at++) depth += code[at] === "(" ? 1 : code[at] === ")" ? -1 : 0;
      return code.slice(begin, at);
    },
  );
}

/** The options of a command line in some text. */
const optionsIn = (text: string) => Array.from(text.matchAll(/(?<![\w<!-])--[a-z][\w-]*/g), ([option]) => option);

Deno.test({
  name: "libraries: no option of the command line in what they say",
  ignore: needs("read"),
  fn() {
    const found: string[] = [];
    let files = 0;
    for (const { path, code } of sources()) {
      files++;
      const texts = path.startsWith(CALLS_PROGRAMS) ? said(code) : [code];
      for (const option of texts.flatMap(optionsIn)) found.push(`${path}: ${option}`);
    }
    assert(files > 150, `${files} files`);
    // How Deno itself is started, where it has no WebGPU.
    assert.deepEqual(found.filter((one) => one !== "gpu/adapter.ts: --unstable-webgpu"), []);
  },
});

Deno.test("libraries: an option in an error is found, one of a program that is called is none", () => {
  const code = 'throw new RunError(`${path}: is (there) already. Remedy: --overwrite`); call(["--parsable"]);';
  assert.deepEqual(said(code).flatMap(optionsIn), ["--overwrite"]);
});

Deno.test({
  name: "libraries: nothing is printed but by the program that a cross-validation starts",
  ignore: needs("read"),
  fn() {
    const printing = [...sources()].filter(({ code }) => /\bconsole\.|\bDeno\.std(out|err)\b/.test(code));
    assert.deepEqual(printing.map(({ path }) => path), [PROGRAM]);
  },
});
