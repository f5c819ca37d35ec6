/** What `deno task visualize` makes of its command line. */
import assert from "node:assert/strict";
import { parseArguments } from "../../tasks/visualize/options.ts";

Deno.test("visualize: --filters takes all, as where it is left out, or numbers, once each and ascending", () => {
  const filters = (...argv: string[]) => parseArguments(["RUN", ...argv]).filters;
  assert.equal(filters(), undefined);
  assert.equal(filters("--filters", "all"), undefined);
  assert.deepEqual(filters("--filters", "17,0,5,17"), [0, 5, 17]);
  assert.deepEqual(filters("--filters", "255"), [255]);
});
