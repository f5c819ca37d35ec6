/** Our step and those of the peers in turn, so that whatever else the machine does disturbs all alike; and their ratios. */
import { repetitions, take } from "../measure/repeat.ts";
import { summary, type Times } from "../measure/times.ts";
import { type Sizes, Workload } from "../measure/workload.ts";
import { type Absent, type Candidate, type CandidateOptions, candidates } from "./candidates.ts";
import { Peer } from "./peer.ts";
import { Exercise } from "./problem.ts";

/** What was timed in turn: steps or forward passes of ours and a peer's. */
export interface Pair {
  what: "step" | "forward";
  /** Images of each. */
  batch: { ours: number; its: number };
  /** Milliseconds. */
  ours: Times;
  its: Times;
  /** Our time an image divided by its, round by round: below 1 we are faster. */
  ratio: Times;
  /** The same of the processor's time, over all threads. */
  processor: Times;
}

/** How we compare with one peer. */
export interface Comparison {
  /** Who it is. */
  peer: string;
  /** Why there are no numbers. */
  missing?: string;
  /** At our batch and the largest of its that is right; and where that is smaller, at the same batch too. */
  pairs?: Pair[];
}

/** What is asked of a comparison. */
export interface PeerOptions extends Sizes, CandidateOptions {
  rounds: number;
}

/** Compares with all peers that this machine has. One that fails says why, and takes nothing from the others. */
export async function comparePeers(
  workload: Workload,
  options: PeerOptions,
  who?: readonly (Candidate | Absent)[],
  lasting?: number,
): Promise<Comparison[]> {
  const folder = await Deno.makeTempDir({ prefix: "aulens-peers-" });
  try {
    const exercise = new Exercise(workload);
    await exercise.write(folder);
    const comparisons: Comparison[] = [];
    for (const peer of who ?? await candidates(workload, options)) {
      comparisons.push(
        "missing" in peer
          ? { peer: peer.name, missing: peer.missing }
          : await compare(workload, exercise, options, peer, folder, lasting),
      );
    }
    return comparisons;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Takes turns with a peer at the largest of its batches that is right. */
async function compare(
  workload: Workload,
  exercise: Exercise,
  options: PeerOptions,
  { name, most, command, args }: Candidate,
  folder: string,
  lasting?: number,
): Promise<Comparison> {
  const faults: string[] = [];
  const start = () => Peer.start(command, args(folder));
  try {
    const images = await largestRight(most, async (images) => {
      const fault = await faultAt(start, exercise, images);
      if (fault !== undefined) faults.push(fault);
      return fault === undefined;
    });
    if (images === 0) return { peer: name, missing: faults.join("; ") };
    const peer = await start();
    try {
      return { peer: peer.name, pairs: await takeTurns(workload, peer, images, options, lasting) };
    } catch (error) {
      return { peer: name, missing: `at ${images} images: ${(error as Error).message}` };
    } finally {
      await peer.close();
    }
  } catch (error) { // it does not start: at no batch
    return { peer: name, missing: (error as Error).message };
  }
}

/** What is wrong with a peer's answer at so many images; it is started anew for each, as one may have ended at the batch before. */
async function faultAt(start: () => Promise<Peer>, exercise: Exercise, images: number): Promise<string | undefined> {
  const peer = await start();
  try {
    const fault = await exercise.fault(await peer.check(images), images);
    return fault && `wrong at ${images} images: ${fault}`;
  } catch (error) {
    return `at ${images} images: ${(error as Error).message}`;
  } finally {
    await peer.close();
  }
}

/**
 * The largest number up to `most` that is right, where all smaller ones are too: by halves until one is, then between it and the last that was
 * not. 0 where none is.
 */
export async function largestRight(most: number, isRight: (n: number) => Promise<boolean>): Promise<number> {
  let wrong = most + 1, right = most;
  while (right > 0 && !await isRight(right)) {
    wrong = right;
    right >>= 1;
  }
  while (right > 0 && wrong - right > 1) {
    const between = (right + wrong) >> 1;
    if (await isRight(between)) right = between;
    else wrong = between;
  }
  return right;
}

async function takeTurns(
  workload: Workload,
  peer: Peer,
  images: number,
  options: PeerOptions,
  lasting?: number,
): Promise<Pair[]> {
  const { gpu } = workload.net;
  const { batch } = workload.settings;
  using smaller = images < batch ? await Workload.create(gpu, { ...options, batch: images }) : undefined;
  const pairs: Pair[] = [];
  for (const what of ["step", "forward"] as const) {
    const its = await turn((times) => peer.time(what, images, times), lasting);
    const ours = [];
    for (const own of smaller ? [workload, smaller] : [workload]) {
      ours.push({
        batch: own.settings.batch,
        turn: await turn((times) => take(gpu, () => own[what](), times), lasting),
        rounds: [] as { own: Clocks; its: Clocks }[],
      });
    }
    for (let round = 0; round < options.rounds; round++) {
      const taken = await its();
      for (const own of ours) own.rounds.push({ own: await own.turn(), its: taken });
    }
    for (const { batch, rounds } of ours) {
      const ratio = (clock: keyof Clocks) =>
        summary(rounds.map(({ own, its }) => (own[clock] / batch) / (its[clock] / images)));
      pairs.push({
        what,
        batch: { ours: batch, its: images },
        ours: summary(rounds.map(({ own }) => own.milliseconds)),
        its: summary(rounds.map(({ its }) => its.milliseconds)),
        ratio: ratio("milliseconds"),
        processor: ratio("processor"),
      });
    }
  }
  return pairs;
}

/** What a turn is measured by, in milliseconds. */
interface Clocks {
  milliseconds: number;
  processor: number;
}

/** A turn that lasts. */
async function turn(run: (times: number) => Promise<Clocks>, lasting?: number): Promise<() => Promise<Clocks>> {
  const times = await repetitions(run, lasting);
  return () => run(times);
}
