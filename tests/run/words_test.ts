/** What numbers and names are called where people read them. */
import assert from "node:assert/strict";
import { notCovered } from "../../run/words.ts";

Deno.test("notCovered: an interval over images whose person is unknown says what it does not cover", () => {
  assert.equal(notCovered({ subjects: 3, unknown: 0 }), undefined);
  assert.match(notCovered({ subjects: 0, unknown: 4 })!, /does not cover/);
});
