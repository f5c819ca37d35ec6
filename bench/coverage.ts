/**
 * How often the intervals of accuracies, of recalls, of areas under the ROC curve and of the truth test's ratios hold
 * the truth where they say 95%: simulated over the people, sequences and folds of CK+, the percentile bootstrap over
 * people beside the intervals that the tasks print. The same seed prints the same table.
 *
 *     deno run --quiet bench/coverage.ts [simulations, 1000] [seed, 1]
 *
 * A hit is a normal number below a threshold, a score a normal number that an Action Unit adds to; the effects say
 * which part of its variance is a person's, and which that of the three peak frames of a sequence. Of the last, people
 * also differ in how far they move. A projection's share inside a region, and the region's size, are log-normal.
 */
import { type Covered, measure, METHODS, situations } from "./coverage/measure.ts";

const [simulations, seed] = [1000, 1].map((usual, n) => Number(Deno.args[n] ?? usual));
const percent = (share: number, digits = 1) => (100 * share).toFixed(digits);
const cells = ({ coverage, width, none }: Covered) => [percent(coverage), percent(width), percent(none)];

console.log(
  `${simulations} simulations a row, seed ${seed}; percent of them whose 95% interval holds the truth, mean width`,
);
console.log("in points, percent without width: the percentile bootstrap over people, then ours\n");
console.log(`| number | truth | effect | ${METHODS.map((name) => `${name} | width | none`).join(" | ")} |`);
console.log(`| ${new Array(3 + 3 * METHODS.length).fill("---").join(" | ")} |`);
for (const situation of situations()) {
  const found = METHODS.flatMap((method) => cells(measure(situation, method, { simulations, seed })));
  console.log(`| ${[situation.name, situation.truth, situation.effect.name, ...found].join(" | ")} |`);
}
