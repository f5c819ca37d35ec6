/**
 * Kills `deno task train` with SIGKILL at random moments, in the middle of checkpoint writes too, goes on with `--resume`, and fails unless
 * every checkpoint that is ever found is, byte for byte, that of a run which nothing interrupted, and the log says the same:
 * `deno task soak-kills [--kills 200] [--seed 1]`.
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { writePrepared } from "../../datasets/prepared.ts";
import type { TrainRecord } from "../../training/train.ts";
import { inTemporary, names } from "../support/files.ts";
import type { Ended, Running } from "../support/process.ts";
import { Random } from "../support/random.ts";
import { assertSame } from "../support/same.ts";
import { startTask } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

/** What became of the kills. */
export interface KillCounts {
  kills: number;
  /** Kills that left half a checkpoint under its temporary name. */
  insideWrite: number;
  /** Kills before the first checkpoint was whole, and after the last one was. */
  beforeFirst: number;
  afterLast: number;
  /** Runs that were killed at least once and came to their end. */
  runs: number;
}

const STEPS = 6, EVERY = 2;
const OPTIONS = ["--variant", "cnn_ad", "--batch", "2", "--seed", "3", "--init-scale", "1"]
  .concat("--steps", `${STEPS}`, "--checkpoint-every", `${EVERY}`);

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How many are killed. */
export interface KillOptions {
  kills: number;
  /** Goes on until so many kills fell into a write, but not beyond `most` kills. Default 0. */
  insideWrites?: number;
  most?: number;
  seed: number;
  /** Called after each, with what is left of the run. */
  onKill?: (counts: KillCounts, left: string) => void;
}

/** Kills processes. */
export async function killAndResume(options: KillOptions): Promise<KillCounts> {
  const { kills, insideWrites = 0, most = kills } = options;
  const random = new Random(options.seed);
  const counts: KillCounts = { kills: 0, insideWrite: 0, beforeFirst: 0, afterLast: 0, runs: 0 };
  const areLeft = () => counts.kills < kills || counts.insideWrite < insideWrites && counts.kills < most;
  await inTemporary(async (folder) => {
    await writePrepared(`${folder}/data`, await tinyDataset({ imageSize: 16, folds: 3, perFold: 4 }), {});
    const start = (run: string) => startTask("train", "--data", `${folder}/data`, "--run", run, "--resume", ...OPTIONS);
    const whole = `${folder}/whole`;
    const began = performance.now();
    await assertEnds(start(whole));
    const duration = performance.now() - began;
    const expected = await contents(whole);
    assert.deepEqual([...expected.checkpoints.keys()], [0, 2, 4, 6].map((step) => `step-00000${step}.safetensors`));
    assert.deepEqual(expected.log.map(({ step }) => step), [2, 4, 6]);

    for (let number = 0; areLeft(); number++) {
      const run = `${folder}/run-${number}`;
      let killed = 0;
      while (areLeft()) {
        const child = start(run);
        // Half of the kills come at any time, the others when a checkpoint has begun to be written, at once or a moment later.
        const [kind, part, file] = random.uniform(3, 0, 1);
        const alive = kind < 0.5 ? await stillRuns(child, sleep(part * duration * 1.2)) : await stillRuns(
          child,
          writing(`${run}/checkpoints`, Math.floor(file * 3)).then(() => part < 0.5 || sleep(part * 25)),
        );
        if (!alive) { // it came to its end first: that is a resumed run
          assertEnded(await child.ended);
          break;
        }
        child.kill("SIGKILL");
        await child.ended;
        killed++;
        counts.kills++;
        const left = await list(`${run}/checkpoints`);
        const finished = left.filter((name) => !name.endsWith(".writing"));
        if (left.length > finished.length) counts.insideWrite++;
        if (finished.length === 0) counts.beforeFirst++;
        if (finished.length === expected.checkpoints.size) counts.afterLast++;
        for (const name of finished) {
          assertSame(
            await Deno.readFile(`${run}/checkpoints/${name}`),
            expected.checkpoints.get(name),
            `${run}: ${name}`,
          );
        }
        options.onKill?.(counts, left.join(" "));
      }
      if (killed === 0) {
        await Deno.remove(run, { recursive: true });
        continue;
      }
      if (!(await list(run)).includes("metrics.json")) await assertEnds(start(run));
      counts.runs++;
      const found = await contents(run);
      assert.deepEqual(found.files, expected.files, "nothing is left over, nothing is missing");
      assert.equal(found.metrics, expected.metrics);
      for (const [name, bytes] of expected.checkpoints) {
        assertSame(found.checkpoints.get(name), bytes, `${run}: ${name}`);
      }
      assert.deepEqual(found.log, expected.log, "the log");
      await Deno.remove(run, { recursive: true });
    }
  });
  return counts;
}

/** Whether the process is still there when something has happened. */
async function stillRuns(child: Running, happens: Promise<unknown>): Promise<boolean> {
  return await Promise.race([happens.then(() => true), child.ended.then(() => false)]);
}

/** Resolves when the n-th next checkpoint is being written, under a temporary name or its own; or after a minute. */
async function writing(folder: string, skip: number): Promise<void> {
  const files = async () => (await list(folder)).map((name) => name.replace(/\.\w+\.writing$/, ""));
  const seen = new Set(await files());
  for (const until = performance.now() + 60_000; performance.now() < until;) {
    for (const name of await files()) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (skip-- === 0) return;
    }
    await sleep(1);
  }
}

async function list(folder: string): Promise<string[]> {
  return await names(folder).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
}

async function assertEnds(child: Running): Promise<void> {
  assertEnded(await child.ended);
}

function assertEnded({ code, stderr }: Ended): void {
  // A run that was killed behind its very last write has nothing left to do, and says so.
  assert(code === 0 || stderr.includes(`the run has done ${STEPS} steps already`), stderr);
}

async function contents(run: string) {
  const checkpoints = new Map<string, Uint8Array>();
  for (const name of await names(`${run}/checkpoints`)) {
    checkpoints.set(name, await Deno.readFile(`${run}/checkpoints/${name}`));
  }
  const [metrics, lines] = await Promise.all(
    ["metrics.json", "log.jsonl"].map((name) => Deno.readTextFile(`${run}/${name}`)),
  );
  // How long a step takes is another thing each time.
  const log = lines.trimEnd().split("\n").map((line) => {
    const { imagesPerSecond: _, ...record }: TrainRecord = JSON.parse(line);
    return record;
  });
  return { files: await names(run), checkpoints, metrics, log };
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
  });
  const said = ({ kills, insideWrite, beforeFirst, afterLast, runs }: KillCounts) =>
    `${kills} kills: ${insideWrite} inside a checkpoint's write, ${beforeFirst} before the first checkpoint, ` +
    `${afterLast} after the last; ${runs} runs ended`;
  const counts = await killAndResume({
    kills: Number(values.kills),
    seed: Number(values.seed),
    onKill: (counts) => counts.kills % 10 === 0 && console.log(said(counts)),
  });
  console.log(`${said(counts)}, each in the bytes of the run that nothing interrupted`);
}
