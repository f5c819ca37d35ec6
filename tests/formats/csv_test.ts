/** CSV: what is written is read again, and how foreign files are taken apart. */
import assert from "node:assert/strict";
import { csv, readCsv } from "../../formats/csv.ts";

Deno.test("readCsv: what csv wrote is read again", () => {
  const lines = [["name", "value"], ['a "b", c', "1"], ["", "-0.5"], ["x", ""]];
  assert.deepEqual(
    readCsv(csv(lines.map(([name, value]) => [name, value === "" ? "" : Number(value) || value]))),
    lines,
  );
});

Deno.test("readCsv: line ends of any kind, empty cells, a line break in quotes, quotes that nothing closes", () => {
  const cases: [text: string, lines: string[][]][] = [
    ["", []],
    ["a", [["a"]]],
    ["a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]],
    ["a,\n,b\n", [["a", ""], ["", "b"]]],
    ["a,", [["a", ""]]],
    [",", [["", ""]]],
    ["a\n\nb", [["a"], [""], ["b"]]],
    ['"a\nb",c', [["a\nb", "c"]]],
    ['"a"b,c', [["ab", "c"]]],
    ['a"b",c', [['a"b"', "c"]]],
    ['""', [[""]]],
    ['"",""\n', [["", ""]]],
    ['"a""",b', [['a"', "b"]]],
    ['"a,b', [["a,b"]]],
  ];
  for (const [text, lines] of cases) assert.deepEqual(readCsv(text), lines, JSON.stringify(text));
});
