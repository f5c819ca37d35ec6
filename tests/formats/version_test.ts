/** Formats in files: those that are read, and what is said of the others. */
import assert from "node:assert/strict";
import { formatFault, formatText } from "../../formats/version.ts";

const RUN = { name: "aulens run", version: 2 };

Deno.test("formatFault: this version and earlier ones are read", () => {
  assert.equal(formatFault(formatText(RUN), RUN), undefined);
  assert.equal(formatFault("aulens run 1", RUN), undefined);
});

Deno.test("formatFault: a later version is refused in one sentence that names both versions", () => {
  assert.match(formatFault("aulens run 3", RUN)!.message, /^it is of version 3 .*reads up to version 2\. Remedy: /);
});

Deno.test("formatFault: what is no format of this name is shown", () => {
  for (
    const found of [
      "aulens run",
      "aulens run 0",
      "aulens run 1.5",
      "aulens runs 1",
      "aulens run 1 2",
      7,
      null,
      "\u009b2J 1",
    ]
  ) {
    const { message, isLater } = formatFault(found, RUN)!;
    assert.equal(isLater, false);
    assert.match(message, /^its format is .*, expected "aulens run 2"$/, String(found));
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(message, /[\x00-\x1f\x7f-\x9f]/);
  }
});
