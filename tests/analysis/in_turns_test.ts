/** Long computations on the processor hear a stop between two turns, and give what they give at once. */

import assert from "node:assert/strict";
import { inTurns } from "../../analysis/in_turns.ts";
import { actionUnitCorrespondence, correspondenceInTurns } from "../../analysis/statistics/correspondence.ts";
import { permutedLabels } from "../../analysis/statistics/permutations.ts";
import { Exchange } from "../../analysis/statistics/exchange.ts";
import { actionUnitProbe, probeInTurns } from "../../analysis/statistics/probe.ts";

const IMAGES = 40, FILTERS = 6;
const units = Float32Array.from({ length: IMAGES }, (_, n) => n % 2);
const responses = Float32Array.from(
  { length: IMAGES * FILTERS },
  (_, i) => (i * i) % 11 + units[Math.floor(i / FILTERS)],
);
const groups = units.map((_, n) => n), folds = units.map((_, n) => n % 5);

/** A clock by which every turn is over at once. */
function hurried() {
  let time = 0;
  return () => time += 1000;
}

Deno.test("turns: a correspondence and a read-out are those that are computed at once", async () => {
  const input = { responses, units, groups };
  const whole = await inTurns(correspondenceInTurns(input, { permutations: 99 }), { now: hurried() });
  assert.deepEqual(whole, actionUnitCorrespondence(input, { permutations: 99 }));
  const probe = { features: responses, units, folds };
  assert.deepEqual(await inTurns(probeInTurns(probe)), actionUnitProbe(probe));
});

Deno.test("turns: a stop that waits for its turn, as a signal of the system does, is heard before the end", async () => {
  const input = { responses, units, groups };
  const works: ((onProgress: () => void) => Generator<void, unknown>)[] = [
    (onProgress) => correspondenceInTurns(input, { permutations: 999, onProgress }),
    () =>
      permutedLabels(new Exchange(Uint32Array.from(groups), { groups }), [Uint8Array.from(units)], {
        permutations: 999,
        seed: 1,
      }),
    () => probeInTurns({ features: responses, units, folds }),
  ];
  for (const work of works) {
    const stop = new AbortController();
    let done = 0;
    setTimeout(() => stop.abort(new Error("enough")));
    await assert.rejects(inTurns(work(() => done++), { signal: stop.signal, now: hurried() }), /enough/);
    assert(done < FILTERS, `${done} filters`);
  }
});

Deno.test("turns: a stop that comes while a filter is compared is heard before the next", async () => {
  const stop = new AbortController();
  let done = 0;
  const onProgress = () => {
    done++;
    stop.abort(new Error("enough"));
  };
  const work = correspondenceInTurns({ responses, units, groups }, { permutations: 99, onProgress });
  await assert.rejects(inTurns(work, { signal: stop.signal }), /enough/);
  assert.equal(done, 1);
});
