/** What `correspond` prints. */
import assert from "node:assert/strict";
import { correspondLines } from "../../tasks/correspond/lines.ts";
import { madeFindings } from "../support/made_findings.ts";

/** A comparison of four images, of which nothing can be read. */
const found = {
  observations: { rows: new Uint32Array(4) },
  readOut: {
    rule: "",
    units: [],
    auc: 0,
    aucOfRandomWeights: 0,
    f1Micro: 0,
    f1MicroOfRandomWeights: 0,
    f1MicroOfAlways: 0,
  },
};

Deno.test("correspondLines: a line a unit with its best filter, and how many units excite one", () => {
  const entries = madeFindings({
    kl: [[3, 1], [3, 1]],
    auc: [[0.2, 0.7], [0.8, 0.7]],
    nullAuc: [[0.5, 0.5], [0.5, 0.5]],
    familywise: [[0.001, 0.041], [0.002, 0.6]],
  });
  const lines = correspondLines({ ...found, units: entries }, { permutations: 5000 });
  assert.match(lines[1], /^12 lip corner puller .* 0\.72 \[0\.64, 0\.81\] +0\.04 +0\.04$/);
  assert.match(lines[2], /^1 inner brow raiser .* 0\.0020 +0\.0040$/);
  assert(
    lines.includes(
      "1 of 2 Action Units excite a filter (adjusted p < 0.01). Not shown for: 12 lip corner puller.",
    ),
  );
});

Deno.test("correspondLines: too few permutations are told, and no p-value is 0", () => {
  const entries = madeFindings({
    kl: [[3], [3]],
    auc: [[1], [1]],
    nullAuc: [[0.5], [0.5]],
    familywise: [[0.01], [0.00001]],
  });
  const lines = (permutations: number) => correspondLines({ ...found, units: entries }, { permutations }).join("\n");
  assert.match(
    lines(99),
    /Too few permutations: with 99 no p-value is below 0\.0100.*Remedy: 200 permutations or more/,
  );
  assert.match(lines(150), /Few permutations: with 150 .* only where 2 or more of the 2 do.*Remedy: 200 permutations/);
  assert.doesNotMatch(lines(200), /ew permutations/);
  assert.match(lines(200), /^1 inner brow raiser .* < 0\.0001 +< 0\.0001$/m);
  assert.doesNotMatch(lines(200), /0\.0000/);
});
