/** What a schema lets through, what it says of the rest, and what TypeScript then knows. */
import assert from "node:assert/strict";
import {
  checked,
  FieldError,
  later,
  listOf,
  NUMBER,
  oneOf,
  OPTIONS,
  orMissing,
  orNull,
  pairOf,
  type Read,
  type Schema,
  TABLE,
  table,
  tableOf,
  TEXT,
  TRUTH,
  whole,
  type Written,
} from "../../formats/schema.ts";

/** The error of checking a value. */
function fault<R, W>(schema: Schema<R, W>, value: unknown): FieldError {
  try {
    checked(schema, value);
  } catch (error) {
    assert(error instanceof FieldError, String(error));
    return error;
  }
  return assert.fail(`${JSON.stringify(value)} was let through`);
}

Deno.test("schema: each kind lets its values through and refuses the others", () => {
  const cases: [Schema<unknown>, good: unknown[], bad: unknown[]][] = [
    [TEXT, ["", "é, 笑"], [7, null, undefined, "\u009b2J", "a\nb"]],
    [NUMBER, [0, -1.5], [NaN, Infinity, "1", null]],
    [TRUTH, [true, false], [0, "true", null]],
    [TABLE, [{}, { a: [] }], [[], null, "x"]],
    [whole(1), [1, 2 ** 53 - 1], [0, 1.5, 2 ** 53, "1", NaN]],
    [whole(0, 3), [0, 3], [-1, 4]],
    [oneOf(["a", "b"]), ["a"], ["c", "", null, { toString: () => "a" }]],
    [listOf(TEXT), [[], ["a"]], [["a", null], "a", { length: 0 }]],
    [tableOf(NUMBER), [{}, { a: 1 }], [{ a: "1" }, []]],
    [pairOf(NUMBER), [[1, 2]], [[1], [1, 2, 3], [1, "2"], 7]],
    [orNull(NUMBER), [null, 1], [undefined, "1"]],
    [orMissing(NUMBER), [undefined, 1], [null, "1"]],
    [later(NUMBER), [undefined, 1], [null, "1"]],
    [OPTIONS, [{ a: 1, b: "x", c: true, d: [1, 2] }, {}], [{ a: null }, { a: ["x"] }, [], null]],
  ];
  for (const [schema, good, bad] of cases) {
    for (const value of good) assert.equal(checked(schema, value), value);
    for (const value of bad) fault(schema, value);
  }
});

Deno.test("schema: a fault names the place in the document, the value and what was expected", () => {
  const RUN = table({
    name: TEXT,
    parts: listOf(table({ size: whole(1), label: orNull(TEXT) })),
    more: tableOf(TRUTH),
  });
  const good = { name: "a", parts: [{ size: 1, label: null }], more: { x: true } };
  assert.equal(checked(RUN, good), good);
  const { field, value, expected, message } = fault(RUN, { ...good, parts: [...good.parts, { size: 0, label: null }] });
  assert.deepEqual({ field, value, expected }, {
    field: "parts.1.size",
    value: 0,
    expected: "a whole number of 1 or more",
  });
  assert.equal(message, "parts.1.size is 0, expected a whole number of 1 or more");
  assert.equal(fault(RUN, { ...good, parts: [{ size: 1, label: 7 }] }).expected, "text, or null");
  assert.equal(fault(RUN, { ...good, more: { y: 1 } }).field, "more.y");
  assert.equal(fault(RUN, { ...good, name: undefined }).field, "name");
  assert.equal(fault(RUN, []).field, "");
  assert.throws(() => checked(TEXT, 7, ["filters", "3"]), /^FieldError: filters\.3 is 7, expected text$/);
});

Deno.test("schema: only what a table holds itself is a field", () => {
  assert.equal(fault(table({ toString: TABLE }), {}).field, "toString");
  assert.equal(fault(table({ a: TEXT }), Object.create({ a: "inherited" })).field, "a");
});

Deno.test("schema: a reader gets what an earlier version left out as missing; a writer has to give it", () => {
  const TEST = table({ images: whole(0), seen: later(whole(0)), note: orMissing(TEXT) });
  const read: Read<typeof TEST> = checked(TEST, { images: 3 });
  assert.equal(read.seen, undefined);
  const written: Written<typeof TEST> = { images: 3, seen: 0 };
  assert.equal(checked(TEST, written).seen, 0);
  // @ts-expect-error -- a writer that forgets a field does not compile
  const forgot: Written<typeof TEST> = { images: 3 };
  assert.equal(checked(TEST, forgot).seen, undefined);
});
