/** How a step is cut: by what its calls took, and before that is known, with caution. */
import assert from "node:assert/strict";
import type { Call } from "../../gpu/device.ts";
import { Pace, PART_MILLISECONDS } from "../../training/pace.ts";

/** A step of calls of which every tenth is heavy; the update at its end belongs together. */
function step(): Call[][] {
  const names = Array.from({ length: 120 }, (_, n) => n % 10 === 7 ? "heavy" : n < 20 ? "draw" : "light");
  const calls = names.map((kernel, n) => ({ kernel, part: `layer ${Math.floor(n / 30)}`, bindGroup: {} }) as Call);
  return [...calls.slice(0, -5).map((call) => [call]), calls.slice(-5)];
}

/** Works steps off on an adapter whose calls take `light` milliseconds, 20 times that, or a tenth; the parts' times, step by step. */
function work(pace: Pace, light: number, steps: number, compile = 0, calls = step()): number[][] {
  const takes = { heavy: 20 * light, draw: light / 10, light };
  return Array.from({ length: steps }, (_, n) => {
    const parts = pace.cut(calls);
    return Array.from(parts, ({ calls }) => {
      const own = calls.reduce((sum, { kernel }) => sum + takes[kernel as keyof typeof takes], 0);
      const milliseconds = own + (n === 0 ? compile : 0);
      pace.took(calls, milliseconds);
      return milliseconds;
    });
  });
}

Deno.test("pace: on a fast adapter the first step goes in a few parts, and every later one whole", () => {
  const [first, ...rest] = work(Pace.cautious(64 * 96 ** 2, 120), 0.05, 4);
  assert(first.length > 1 && first.length <= 15, String(first.length));
  for (const { length } of rest) assert.equal(length, 1);
});

Deno.test("pace: a small step is one part from the beginning", () => {
  for (const parts of work(Pace.cautious(2 * 8 ** 2, 120), 0.05, 3)) assert.equal(parts.length, 1);
});

Deno.test("pace: a slow step goes in parts of about a second; kernels that compile in the first one are forgotten", () => {
  for (const compile of [0, 2000]) {
    const light = 60, heavy = 20 * light; // 21.6 s a step
    const [first, ...rest] = work(Pace.cautious(64 * 96 ** 2, 120), light, 6, compile);
    assert(Math.max(...first) <= 4 * PART_MILLISECONDS + compile, `${first}`);
    for (const parts of rest.slice(2)) {
      // A single heavy call takes more than a second, and cannot be cut.
      assert(Math.max(...parts) <= heavy + PART_MILLISECONDS, `${parts}`);
      assert(parts.length <= 2 * 21.6, `${parts.length} parts`);
    }
  }
});

Deno.test("pace: a step that becomes slow is cut, one that becomes fast again is not", () => {
  const pace = Pace.cautious(64 * 96 ** 2, 120);
  const calls = step();
  work(pace, 0.1, 3, 0, calls);
  const slow = work(pace, 12, 4, 0, calls); // 3.6 s
  assert.equal(slow[0].length, 1, "nobody knows yet");
  assert(slow[1].length > 2 && Math.max(...slow[3]) <= 2 * PART_MILLISECONDS, slow.join("; "));
  assert.equal(work(pace, 0.1, 3, 0, calls)[2].length, 1);
});

Deno.test("pace: order and groups stay, whatever the parts; a part knows whether it is the whole step", () => {
  const groups = step();
  for (const [call, most, count] of [[1, Infinity, 1], [1, 0, groups.length], [1, 50, 3]] as const) {
    const parts = [...new Pace(call, most).cut(groups)];
    assert.equal(parts.length, count);
    assert.deepEqual(parts.flatMap(({ calls }) => calls), groups.flat());
    assert(parts.at(-1)!.calls.length >= 5, "the update is whole");
    for (const { isWhole } of parts) assert.equal(isWhole, count === 1);
  }
});
