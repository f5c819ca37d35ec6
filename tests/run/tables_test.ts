/** The table of a cross-validation in Markdown, LaTeX and on the terminal: the published figure, the optimistic rule, names from files. */

import assert from "node:assert/strict";
import { latex, markdown, variantsCsv } from "../../run/cross_validation/tables.ts";
import { terminalLines } from "../../tasks/crossval/lines.ts";
import type { CrossValidation } from "../../training/cross_validation/summary.ts";

const INTERVAL = { low: 0.625, high: 0.875, level: 0.95, groups: 3, method: "wilson-jackknife" } as const;
const RESULT: CrossValidation = {
  dataset: "ck_plus",
  fingerprint: "f",
  classNames: ["a|b", "c_d"],
  selection: "validation",
  rule: "the best; once",
  optimistic: false,
  splits: [0],
  seeds: [1],
  variants: [{
    variant: "cnn_ad",
    accuracy: { mean: 0.75, deviation: null },
    balancedAccuracy: { mean: 0.5, deviation: 0.125 },
    macroF1: { mean: 0.25, deviation: null },
    splits: [{ split: 0, accuracy: 0.75 }],
    pooled: {
      images: 4,
      predictions: 4,
      subjects: 2,
      unknown: 1,
      accuracy: 0.75,
      accuracyInterval: INTERVAL,
      confusion: [[3, 0], [1, 0]],
    },
  }],
  comparisons: [],
  runs: [],
};
const PUBLISHED = { accuracy: 0.951, source: "Somebody & others 2015" };

Deno.test("the published figure stands beside ours where there is one, with its source", () => {
  assert.match(
    markdown(RESULT, PUBLISHED),
    /^\| cnn_ad \| 75\.0 \| 50\.0 ± 12\.5 \| 25\.0 \| 75\.0 \| 62\.5 to 87\.5 \|$/m,
  );
  assert.match(markdown(RESULT, PUBLISHED), /^\| Somebody & others 2015 \| 95\.1 \|/m);
  assert.match(latex(RESULT, PUBLISHED), /Somebody \\& others 2015 & 95\.1 &/);
  assert(terminalLines(RESULT, PUBLISHED).some((line) => /^published +95\.1/.test(line)));
  for (const text of [markdown(RESULT), latex(RESULT), terminalLines(RESULT).join("\n")]) {
    assert.doesNotMatch(text, /95\.1/);
  }
});

Deno.test("names keep the formats whole, and the optimistic rule is shouted", () => {
  assert.match(markdown(RESULT), /\| true \\ predicted \| a\\\|b \| c_d \|/);
  assert.match(latex({ ...RESULT, dataset: "my_set 100%" }), /my\\_set 100\\%/);
  assert.match(
    markdown(RESULT),
    /Interval: 95\.0%, over 2 people and 1 image whose person is unknown, 4 test images pooled\./,
  );
  for (const text of [markdown(RESULT), latex(RESULT)]) {
    assert.match(
      text,
      /pooled\. It takes each image whose person is unknown for a person of its own: it does not cover/,
    );
  }
  const [{ pooled, ...variant }] = RESULT.variants;
  const known = { ...RESULT, variants: [{ ...variant, pooled: { ...pooled, unknown: 0 } }] };
  assert.doesNotMatch(markdown(known), /does not cover/);
  assert.doesNotMatch(markdown(RESULT), /OPTIMISTIC/);
  assert.match(markdown({ ...RESULT, optimistic: true }), /^\*\*OPTIMISTIC\*\*/m);
  assert.match(variantsCsv(RESULT), /^cnn_ad,1,1,0\.75,,0\.5,0\.125,0\.25,,4,4,0\.75,0\.625,0\.875,validation$/m);
});

Deno.test("a comparison without a p-value says why", () => {
  const none = { meanDifference: 0.1, better: 2, equal: 0, worse: 0, p: null, adjustedP: null };
  const comparisons: CrossValidation["comparisons"] = [
    { ...none, variants: ["cnn", "cnn_a"], untested: "no spread" },
    { ...none, variants: ["cnn", "cnn_d"], p: 0.0004, adjustedP: 0.02 },
  ];
  const result = { ...RESULT, comparisons };
  assert.match(markdown(result), /^\| cnn_a - cnn \| \+10\.0 \| 2 \/ 0 \/ 0 \| no spread \| {2}\|$/m);
  assert.match(markdown(result), /^\| cnn_d - cnn \| \+10\.0 \| 2 \/ 0 \/ 0 \| < 0\.001 \| 0\.020 \|$/m);
  assert(terminalLines(result).some((line) => /^cnn_a - cnn +\+10\.0 +2 \/ 0 \/ 0 +no spread$/.test(line)));
});
