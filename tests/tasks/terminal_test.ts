/** One way out for each kind of output: a hostile name through what every task prints, and no task prints past it. */
import assert from "node:assert/strict";
import process from "node:process";
import { predictionsCsv as testedCsv } from "../../run/predictions.ts";
import { Command } from "../../tasks/deps.ts";
import { faceLines, predictionsCsv, predictionsJson } from "../../tasks/predict/tables.ts";
import { complain, say } from "../../tasks/terminal.ts";
import { jsonText } from "../../formats/json.ts";
import { csv } from "../../formats/csv.ts";
import { needs } from "../permissions.ts";
import { OBEYED } from "../support/hostile.ts";
import { tinyModel } from "../support/tiny_model.ts";

/** A formula, and every kind of character that a terminal obeys or breaks a line at. */
const HOSTILE = "=1+1\u001b[2J\u009b31m\u0007\u007f\u2028\n\r\tend";

/** What is printed meanwhile, a line an entry. */
function printed(use: () => void): string[] {
  const { log, error } = console, lines: string[] = [];
  console.log = console.error = (line: string) => void lines.push(line);
  try {
    use();
  } finally {
    Object.assign(console, { log, error });
  }
  return lines;
}

Deno.test("terminal: a hostile name stays in its line and is not obeyed", () => {
  const lines = printed(() => {
    say(`file ${HOSTILE}`, "two");
    complain(`error: ${HOSTILE}`);
  });
  assert.equal(lines.length, 3);
  for (const line of lines) assert.doesNotMatch(line, /\n/);
  for (const line of lines) assert.doesNotMatch(line, OBEYED);
});

Deno.test("words: JSON and CSV hold a hostile name that neither a terminal nor a spreadsheet obeys", () => {
  const json = jsonText({ [HOSTILE]: [HOSTILE] });
  assert.doesNotMatch(json, OBEYED);
  assert.deepEqual(JSON.parse(json), { [HOSTILE]: [HOSTILE] });
  const table = csv([[HOSTILE, "+a", "-b", "@c", "\td", "\re", "f,", "g"], [-1, 0.5, NaN, "", "", "", "", ""]]);
  assert.doesNotMatch(table, OBEYED);
  const [names, numbers, end] = table.split("\n");
  assert.equal(end, "");
  assert.match(names, /^'=1\+1\\u001b\[2J\\u009b31m.*end,'\+a,'-b,'@c,'\\u0009d,'\\u000de,"f,",g$/);
  assert.equal(numbers, "-1,0.5,NaN,,,,,");
});

Deno.test("predict and evaluate: lines, tables and JSON of a model and of pictures with hostile names", () => {
  const info = { ...tinyModel.info, classNames: [HOSTILE, "glad"] };
  const box = { left: 1, top: 2, width: 3, height: 4, score: 1 };
  const face = { box, square: { left: 1, top: 2, size: 3 }, probabilities: [0.6, 0.4], label: 0 };
  const pictures = [{ path: HOSTILE, width: 9, height: 9, faces: [face] }];
  const found = {
    loaded: { model: { ...tinyModel, info }, path: HOSTILE, rule: "r" },
    crop: "drawn",
    notes: [],
    pictures,
  };
  const tested = testedCsv(
    { classNames: info.classNames, labels: Int32Array.of(0), subjects: Int32Array.of(3) },
    info.classNames,
    {
      rows: Uint32Array.of(0),
      prediction: { predictions: Uint32Array.of(0), probabilities: Float32Array.of(0.5, 0.5) },
    } as never,
  );
  for (const table of [predictionsCsv(found as never), tested]) {
    assert.doesNotMatch(table, OBEYED);
    assert.equal(table.split("\n").length, 3, "a header, a line, the last line's end");
    assert.doesNotMatch(table, /(^|,)"?[=+@]/m);
  }
  assert(predictionsCsv(found as never).includes("\n./=1+1"), "of a path the same file's");
  assert.doesNotMatch(predictionsJson(found as never), OBEYED);
  for (const line of printed(() => say(...faceLines(found as never)))) assert.doesNotMatch(line, OBEYED);
});

Deno.test({
  name: "command line: a file name that a shell has put among the options is not obeyed",
  ignore: needs("env"),
}, () => {
  const { write } = process.stderr;
  let said = "";
  process.stderr.write = ((text: string) => Boolean(said += text)) as never;
  try {
    const command = new Command("predict").exitOverride();
    assert.throws(() => command.parse([`--${HOSTILE}`], { from: "user" }));
    const inner = command.command("inner").exitOverride();
    assert.throws(() => inner.parse([`--${HOSTILE}`], { from: "user" }));
  } finally {
    process.stderr.write = write;
  }
  assert.match(said, /unknown option '--=1\+1\\u001b/);
  assert.doesNotMatch(said, OBEYED);
});

Deno.test({
  name: "tasks print, write JSON and write CSV by these ways alone",
  ignore: needs("read"),
  async fn() {
    const others: string[] = [];
    let files = 0;
    const walk = async (folder: URL) => {
      for await (const { name, isDirectory } of Deno.readDir(folder)) {
        const at = new URL(isDirectory ? `${name}/` : name, folder);
        if (isDirectory) {
          if (name !== "page") await walk(at); // what browsers run
          continue;
        }
        // The way itself, the bars, whose words are numbers and names of ours, and the one program of a library.
        if (!name.endsWith(".ts") || ["terminal.ts", "progress.ts", "element.ts"].includes(name)) continue;
        files++;
        const text = await Deno.readTextFile(at);
        for (const past of [/\bconsole\./, /\bDeno\.std(out|err)\b/, /JSON\.stringify\([^;]*?, 2\)/]) {
          if (past.test(text)) others.push(`${at.href}: ${past}`);
        }
      }
    };
    for (const room of ["pictures", "run", "tasks"]) await walk(new URL(`../../${room}/`, import.meta.url));
    assert(files > 100, `${files} files are looked at`);
    assert.deepEqual(others, []);
  },
});
