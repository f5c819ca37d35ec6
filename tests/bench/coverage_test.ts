/**
 * Intervals over the people of one of CK+'s folds hold the truth as often as they say; the percentile bootstrap's do
 * not.
 */

import assert from "node:assert/strict";
import { measure, type Situation, situations } from "../../bench/coverage/measure.ts";

/**
 * Held so often at least: 95% less what few simulations, and a simulated effect of people that nobody would expect,
 * may take.
 */
const LEAST = 0.9;
const SEED = 3;

const one = (name: string, truth: number, effect: string): Situation =>
  situations().find((other) => other.name === name && other.truth === truth && other.effect.name === effect)!;

Deno.test("coverage: accuracy, recall, AUC and the truth test's ratio, with and without an effect of people", () => {
  for (
    const [name, truth] of [
      ["accuracy, one fold", 0.95],
      ["recall of happy, one fold", 0.95],
      ["recall of fear, ten folds", 0.95],
      ["AUC of a smile, one fold", 0.97],
      ["AUC of raised brows, one fold", 0.7],
      ["inside its region, one fold", 2],
      ["inside its region, ten folds", 2],
    ] as const
  ) {
    for (const effect of ["none", "people"]) {
      const { coverage, none } = measure(one(name, truth, effect), "ours", { simulations: 200, seed: SEED });
      assert(coverage >= LEAST, `${name}, ${truth}, ${effect}: ${coverage}`);
      assert.equal(none, 0);
    }
  }
});

Deno.test("coverage: the bound refuses the percentile bootstrap, and the same seed gives the same numbers", () => {
  for (const [name, truth] of [["accuracy, one fold", 0.95], ["AUC of a smile, one fold", 0.97]] as const) {
    const ask = () => measure(one(name, truth, "people"), "bootstrap", { simulations: 100, seed: SEED });
    const { coverage } = ask();
    assert(coverage < LEAST - 0.05, `${name}: ${coverage}`);
    assert.deepEqual(ask().coverage, coverage);
  }
});

Deno.test("coverage: people and images of each fold are the published ones", () => {
  const { sets } = one("accuracy, one fold", 0.95, "none");
  assert.deepEqual(sets.map((images) => images.length), [132, 156, 160, 140, 120, 148, 116, 116, 132, 88]);
  const people = sets.map((images) => new Set(images.map(({ person }) => person)).size);
  assert.deepEqual(people, [12, 12, 12, 12, 12, 12, 12, 12, 11, 11]);
});
