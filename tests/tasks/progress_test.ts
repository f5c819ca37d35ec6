// Progress off a terminal: which lines come, when, and that the last state is never lost.

import assert from "node:assert/strict";
import { createProgress, duration, withCount, withStages } from "../../tasks/progress.ts";

/** A display whose clock is set by hand and whose lines are kept. */
function watched(total: number, stream: { isTTY?: boolean; columns?: number } = {}) {
  const state = { time: 0, written: [] as string[] };
  const progress = createProgress({
    total,
    unit: "step",
    stream: { ...stream, write: (text) => state.written.push(text) },
    now: () => state.time,
  });
  return { state, progress };
}

Deno.test("progress off a terminal writes a line after five seconds and not before", () => {
  const { state, progress } = watched(100);
  state.time = 4_999;
  progress.update(10);
  assert.deepEqual(state.written, []);
  state.time = 5_000;
  progress.update(20, { loss: "1.95", train: "20%" });
  assert.deepEqual(state.written, ["step 20 of 100  loss 1.95  train 20%  20 s left\n"]);
  progress.stop();
});

Deno.test("progress off a terminal ends with the last state, once", () => {
  const { state, progress } = watched(3);
  progress.update(1);
  progress.update(3, { loss: "0.50" });
  progress.stop();
  progress.stop();
  progress.update(2);
  assert.deepEqual(state.written, ["step 3 of 3  loss 0.50\n"]);
});

Deno.test("progress off a terminal says nothing when nothing was done", () => {
  const { state, progress } = watched(3);
  progress.stop();
  assert.deepEqual(state.written, []);
});

Deno.test("progress off a terminal stays short in a long run", () => {
  const { state, progress } = watched(36_000);
  for (let second = 1; second <= 36_000; second++) {
    state.time = second * 1_000;
    progress.update(second);
  }
  progress.stop();
  assert.ok(state.written.length > 50 && state.written.length < 200, `${state.written.length} lines in ten hours`);
  assert.equal(state.written.at(-1), "step 36000 of 36000\n");
});

Deno.test("a terminal of zero or a few columns gets lines, and `using` ends the display", () => {
  for (const columns of [undefined, 0, 12]) {
    const { state, progress } = watched(2, { isTTY: true, columns });
    {
      using display = progress;
      display.update(2);
    }
    assert.deepEqual(state.written, ["step 2 of 2\n"]);
  }
});

Deno.test("a wide terminal gets a bar, which goes on no longer than its display", () => {
  const { state, progress } = watched(2, { isTTY: true, columns: 120 });
  progress.update(2, { loss: "0.50" });
  progress.stop();
  const shown = state.written.join("");
  assert.match(shown, /step 2 of 2 {2}loss 0\.50/);
});

Deno.test("a duration reads as one would say it", () => {
  assert.deepEqual([0, 59_400, 59_600, 200_000, 7_500_000].map(duration), [
    "0 s",
    "59 s",
    "1 min 0 s",
    "3 min 20 s",
    "2 h 5 min",
  ]);
});

Deno.test("work that counts is shown to its end, also where it fails", async () => {
  const written: string[] = [];
  const options = { stream: { write: (text: string) => written.push(text) }, now: () => 0 };
  const kept = await withCount("face", (onProgress) => {
    onProgress(1, 2);
    onProgress(2, 2);
    return Promise.resolve("drawn");
  }, options);
  assert.equal(kept, "drawn");
  const failing = withCount("face", (onProgress) => {
    onProgress(1, 3);
    return Promise.reject(new Error("no paper"));
  }, options);
  await assert.rejects(failing, /no paper/);
  assert.deepEqual(written, ["face 2 of 2\n", "face 1 of 3\n"]);
});

Deno.test("withStages: each thing that is counted has a display of its own, the last state of each is seen", async () => {
  const written: string[] = [];
  const shown = { stream: { write: (text: string) => written.push(text) }, now: () => 0 };
  const work = withStages((onProgress) => {
    onProgress("image", 1, 2);
    onProgress("image", 2, 2);
    onProgress("image", 1, 2);
    onProgress("filter", 1, 3);
    return Promise.reject(new Error("stopped"));
  }, shown);
  await assert.rejects(work, /stopped/);
  assert.deepEqual(written, ["image 2 of 2\n", "image 1 of 2\n", "filter 1 of 3\n"]);
});
