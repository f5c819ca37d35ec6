/**
 * The interval of a ratio of means over people: by its formula, where people say nothing, and how often it holds the
 * truth (coverage_test.ts).
 */
import assert from "node:assert/strict";
import { ratioInterval } from "../../analysis/statistics/ratio_interval.ts";

const near = (value: number, expected: number) =>
  assert(Math.abs(value - expected) <= 1e-9 * Math.abs(expected), `${value}, expected ${expected}`);

Deno.test("ratioInterval: the logarithm of the ratio and the jackknife over people, as written down", () => {
  // Four people; the second has two pairs, which count together.
  const pairs = [[3, 1, 10], [2, 1, 11], [4, 1, 11], [2, 2, 12], [5, 1, 13]].map(([above, below, person]) => {
    return { above, below, person };
  });
  const without = [13 / 5, 10 / 4, 14 / 4, 11 / 5].map(Math.log); // 16 / 6 less each person's
  const mean = without.reduce((sum, one) => sum + one) / 4;
  const variance = 3 / 4 * without.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  // Sizes 1, 2, 1, 1 count as 25 / 7 people: Student's t of 18 / 7 degrees of freedom lies between those of 2 and of 3.
  const { low, high, groups } = ratioInterval(pairs);
  const factor = Math.sqrt(high / low);
  near(Math.sqrt(low * high), 16 / 6);
  assert.equal(groups, 4);
  const t = Math.log(factor) / Math.sqrt(variance);
  assert(t > 3.182446 && t < 4.302653, `between 3 and 2 degrees of freedom: ${t}`);
  // Above and below change places: so do the ends.
  const turned = ratioInterval(pairs.map(({ above, below, person }) => ({ above: below, below: above, person })));
  near(turned.low, 1 / high);
  near(turned.high, 1 / low);
});

Deno.test("ratioInterval: people of equal weight have the t of their number less one", () => {
  const pairs = [1, 2, 4].map((above, person) => ({ above, below: 1, person }));
  const without = [6 / 2, 5 / 2, 3 / 2].map(Math.log), mean = without.reduce((sum, one) => sum + one) / 3;
  const deviation = Math.sqrt(2 / 3 * without.reduce((sum, one) => sum + (one - mean) ** 2, 0));
  const { low, high } = ratioInterval(pairs);
  near(high / low, Math.exp(2 * 4.302652729749464 * deviation)); // t of 2 degrees of freedom
});

Deno.test("ratioInterval: one person, and all in one person's hands, say nothing of others", () => {
  const nothing = (pairs: Parameters<typeof ratioInterval>[0]) => {
    const { low, high } = ratioInterval(pairs);
    assert.deepEqual([low, high], [0, Infinity]);
  };
  nothing([{ above: 3, below: 1, person: 7 }, { above: 2, below: 1, person: 7 }]);
  nothing([{ above: 3, below: 1, person: 7 }, { above: 0, below: 1, person: 8 }]);
  nothing([{ above: 3, below: 1, person: 7 }, { above: 1, below: 0, person: 8 }]);
  nothing([{ above: 0, below: 1, person: 7 }, { above: 0, below: 1, person: 8 }]);
  const { low } = ratioInterval([{ above: 0, below: 0, person: 7 }, { above: 0, below: 0, person: 8 }]);
  assert(Number.isNaN(low));
});

Deno.test("ratioInterval: what is no pair, and no pairs, are refused", () => {
  assert.throws(() => ratioInterval([]), /pairs is empty/);
  assert.throws(() => ratioInterval([{ above: -1, below: 1, person: 0 }]), /pairs\[0\]\.above is -1/);
  assert.throws(() => ratioInterval([{ above: 1, below: NaN, person: 0 }]), /pairs\[0\]\.below is NaN/);
  assert.throws(() => ratioInterval([{ above: 1, below: 1, person: 0 }], { level: 1 }), /level is 1/);
});
