/** The folder of a training run: run.json, log.jsonl, checkpoints written whole or not at all, metrics.json and curves.png. */
import { basename, dirname, join } from "node:path";
import { syncFolder } from "../datasets/file_system.ts";
import type { TrainRecord } from "../training/train.ts";
import { logLine, readLog } from "./documents/log.ts";
import { RunError } from "./errors.ts";
import { writeWholeFile, WRITING } from "./storage/whole_file.ts";
import { explainWrite, WriteError } from "./storage/write_error.ts";
import { holderOf, type Lock, takeLock } from "./storage/lock.ts";

/** Held while a process trains in the folder. */
const LOCK = ".lock";
/** How a folder is locked. */
export interface FolderLockOptions {
  /** Where it is given, waits for another process that holds the lock, until this is aborted. */
  until?: AbortSignal;
  /** Gets the sentence about a file system without locks. */
  onNote?: (sentence: string) => void;
}

/**
 * A run folder on disk.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RunFolder } from "./folder.ts";
 * const folder = new RunFolder(await Deno.makeTempDir());
 * await folder.saveCheckpoint(100, new Uint8Array(8));
 * assert.deepEqual(await folder.checkpointSteps(), [100]);
 * await Deno.remove(folder.path, { recursive: true });
 * ```
 */
export class RunFolder {
  /** Its path. */
  readonly path: string;
  /** The lock, while it is held here. */
  #lock: Lock | undefined;

  /** The folder at a path, there or not. */
  constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes sure that a run can be trained in it: a new one (the folder is made when the first file is written), or one to go on with.
   * @throws {RunError} where it exists and `resume` was not asked for, or is no run folder.
   */
  async assertOpen({ resume }: { resume: boolean }): Promise<void> {
    const { path } = this;
    // What a process that was killed at once may leave is nothing to keep.
    const entries = (await list(path)).filter((name) =>
      ![LOCK, holderOf(LOCK)].includes(name) && !name.endsWith(WRITING)
    );
    if (entries.length > 0 && !resume) {
      throw new RunError(
        `${path}: the folder exists and is not empty. Remedy: resume the run in it, or name another folder.`,
        { file: path, options: ["resume", "run"] },
      );
    }
    if (entries.length > 0 && !entries.includes("run.json") && !entries.includes("checkpoints")) {
      throw new RunError(`${path}: this is not a run folder (no run.json in it). Remedy: name another.`, {
        file: path,
        options: ["run"],
      });
    }
  }

  /** The folder of its checkpoints. */
  get checkpoints(): string {
    return join(this.path, "checkpoints");
  }

  /** The checkpoint file of a step. */
  checkpointPath(step: number): string {
    return join(this.checkpoints, `step-${String(step).padStart(6, "0")}.safetensors`);
  }

  /** Steps that have a checkpoint, ascending. */
  async checkpointSteps(): Promise<number[]> {
    const steps = (await list(this.checkpoints)).flatMap((name) => {
      const match = /^step-(\d{6,})\.safetensors$/.exec(name);
      return match ? [Number(match[1])] : [];
    });
    return steps.sort((a, b) => a - b);
  }

  /**
   * Keeps other processes from training in the folder until the lock is disposed of, or this process ends in whatever way: the lock is the
   * system's, on the file `.lock`, or what run/storage/lock.ts puts in its place where the file system has none. Makes the
   * folder. Until then nothing is written where the folder has gone, instead of making it anew.
   * @throws {RunError} where another process holds it, and there is no waiting.
   * @throws {WriteError} where the disk is full or may not be written.
   * @throws The signal's reason when it is aborted.
   */
  async lock({ until, onNote }: FolderLockOptions = {}): Promise<Disposable> {
    await Deno.mkdir(this.path, { recursive: true }).catch((error) => {
      throw explainWrite(this.path, error);
    });
    const lock = await takeLock(this.file(LOCK), { until, folder: this.path, onNote });
    this.#lock = lock;
    return {
      [Symbol.dispose]: () => {
        this.#lock = undefined;
        lock[Symbol.dispose]();
      },
    };
  }

  /** Names of what is in it, sorted. */
  async names(): Promise<string[]> {
    return (await list(this.path)).sort();
  }

  /** Whether a file is there. */
  async has(name: string): Promise<boolean> {
    return (await list(dirname(this.file(name)))).includes(basename(name));
  }

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Removes half-written files that killed processes have left; to be called with the lock held. */
  async sweep(): Promise<void> {
    for (const folder of [this.path, this.checkpoints]) {
      for (const name of await list(folder)) {
        if (name.endsWith(WRITING)) await Deno.remove(join(folder, name)).catch(() => {});
      }
    }
  }

  /** Removes a file, where it is there; it does not come back with a power loss. */
  async remove(name: string): Promise<void> {
    const path = this.file(name);
    await Deno.remove(path).then(() => syncFolder(dirname(path)), (error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw explainWrite(path, error);
    });
  }

  /**
   * Writes a file, whole or not at all.
   * @throws {WriteError} where the disk is full or may not be written, or the folder is gone while the lock is held.
   */
  async write(name: string, contents: Uint8Array | string): Promise<string> {
    await this.#assertThere();
    const path = join(this.path, name);
    await writeWholeFile(path, contents);
    return path;
  }

  /** Writes a checkpoint. */
  async saveCheckpoint(step: number, bytes: Uint8Array): Promise<void> {
    await this.write(join("checkpoints", `step-${String(step).padStart(6, "0")}.safetensors`), bytes);
  }

  /** Adds a line to log.jsonl. Throws as `write` does. */
  async log(record: TrainRecord): Promise<void> {
    await this.#assertThere();
    const path = this.file("log.jsonl");
    await Deno.writeTextFile(path, logLine(record), { append: true }).catch((error) => {
      throw explainWrite(path, error);
    });
  }

  /**
   * The records of log.jsonl. A last line without its end was cut short by a crash and is left out.
   * @throws {RunError} naming the line that is no record.
   */
  async records(): Promise<TrainRecord[]> {
    return await readLog(this.file("log.jsonl"));
  }

  /**
   * The step of the last whole line of log.jsonl, read from the end of the file alone; 0 where there is none, or nothing that can be read:
   * how far a run is that another process trains.
   */
  async lastStep(): Promise<number> {
    try {
      const log = this.file("log.jsonl");
      if (!(await Deno.stat(log)).isFile) return 0; // a named pipe would wait for ever
      using file = await Deno.open(log);
      const { size } = await file.stat();
      await file.seek(Math.max(0, size - 1024), Deno.SeekMode.Start);
      const bytes = new Uint8Array(1024);
      const read = await file.read(bytes) ?? 0;
      const steps = [...new TextDecoder().decode(bytes.subarray(0, read)).matchAll(/^\{"step":(\d+),.*\}$/gm)];
      return Number(steps.at(-1)?.[1] ?? 0);
    } catch {
      return 0;
    }
  }

  /** Keeps only the log up to a step: what a resumed run will write again is not there twice. */
  async cutLog(step: number): Promise<void> {
    const kept = (await this.records()).filter((record) => record.step <= step);
    await this.write("log.jsonl", kept.map(logLine).join(""));
  }

  /** Writes the log anew with another last record. */
  async replaceLast(record: TrainRecord): Promise<void> {
    const kept = (await this.records()).slice(0, -1);
    await this.write("log.jsonl", [...kept, record].map(logLine).join(""));
  }

  /** Refuses to go on where the folder that was locked is no longer at its path, or another process has taken it over. */
  async #assertThere(): Promise<void> {
    if (!this.#lock) return;
    if (await this.#lock.isHeld()) return;
    throw new WriteError(
      `${this.path}: the run folder was deleted, moved or replaced during the run, or another process has taken it over. ` +
        "Remedy: where it was moved, name its new place and resume the run there; or else start it again.",
      { file: this.path, options: ["run", "resume"] },
    );
  }
}

async function list(path: string): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(path), (entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
