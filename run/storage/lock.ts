/** One process at a time in a folder: by the system's lock on a file, or, where the file system has no locks, by a file that its holder renews. */
import { isStillAt, notFound } from "../../datasets/file_system.ts";
import { RunError } from "../errors.ts";
import { explainWrite } from "./write_error.ts";

/** A lock that is held until it is disposed of, or the process ends. */
export interface Lock extends Disposable {
  /** Whether nobody has moved the folder away, or taken it over, since. */
  isHeld(): Promise<boolean>;
}

/** How to take a lock. */
export interface LockOptions {
  /** Where it is given, waits for another process until this is aborted. */
  until?: AbortSignal;
  /** The folder that is locked, as it was named. */
  folder: string;
  /** Gets the sentence about a file system without locks. */
  onNote?: (sentence: string) => void;
}

/** Milliseconds between two tries. */
const BETWEEN = 500;
/** Milliseconds between two renewals of a holder's file, and after which a holder that has not renewed it is taken for dead. */
const RENEW = 10_000, SILENCE = 120_000;

/** What is written beside the lock file where the file system has no locks. */
export const holderOf = (path: string): string => `${path}.holder`;

/**
 * Locks a file, which is made where it is missing; its folder must be there.
 *
 * A file system without locks (some that clusters share) is told about in one sentence. There a holder makes `PATH.holder`, which only one
 * process can make, and renews it while it lives. Whoever finds one that is silent takes it over; should two do so at once, the first finds
 * at its next look that the lock is not its own any more.
 *
 * @param path The lock file.
 * @throws {RunError} where another process holds it and there is no waiting, or something else than a file has its name.
 * @throws {WriteError} where the disk is full or may not be written.
 * @throws The signal's reason when it is aborted.
 */
export async function takeLock(path: string, options: LockOptions): Promise<Lock> {
  const { until, folder } = options;
  const there = await Deno.lstat(path).catch(notFound);
  if (there && !there.isFile) {
    // A named pipe would never open.
    throw new RunError(`${path}: is no ordinary file. Remedy: move it away; it is made anew.`, { file: path });
  }
  const file = await Deno.open(path, { write: true, create: true }).catch((error) => {
    throw explainWrite(path, error);
  });
  try {
    for (;;) {
      // All that can go wrong with an open file is that its file system has no locks; what it says then differs.
      const isHad = await file.tryLock(true).catch((error: Error) => error);
      if (isHad instanceof Error) return await takeByName(path, file, isHad, options);
      if (isHad) {
        return { isHeld: () => isStillAt(file, path).catch(() => false), [Symbol.dispose]: () => file.close() };
      }
      if (!until) {
        throw new RunError(
          `${folder}: another process is training in this folder. Remedy: wait for it, or name another folder.`,
          { file: folder, options: ["run"] },
        );
      }
      await wait(until);
    }
  } catch (error) {
    file.close();
    throw error;
  }
}

async function takeByName(
  path: string,
  file: Deno.FsFile,
  why: Error,
  { until, folder, onNote }: LockOptions,
): Promise<Lock> {
  const holder = holderOf(path), token = crypto.randomUUID();
  const write = (createNew: boolean) => Deno.writeTextFile(holder, token, { createNew, create: createNew });
  const isOwn = () => Deno.readTextFile(holder).then((text) => text === token, () => false);
  for (;;) {
    const isMine = await write(true).then(() => true, (error) => {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw explainWrite(holder, error);
    });
    if (isMine) break;
    const found = await Deno.lstat(holder).catch(notFound);
    if (!found) continue;
    if (!found.isFile) {
      throw new RunError(`${holder}: is no ordinary file. Remedy: move it away.`, { file: holder });
    }
    const silent = Date.now() - (found.mtime?.getTime() ?? 0);
    if (silent > SILENCE) {
      await Deno.remove(holder).catch(notFound);
    } else if (!until) {
      throw new RunError(
        `${folder}: another process was at work in this folder ${
          Math.max(0, Math.round(silent / 1000))
        } seconds ago, ` +
          `and this file system has no locks (${why.message}) that would say whether it still is. ` +
          `Remedy: wait for it, or name another folder; where it was killed, wait ${SILENCE / 60_000} minutes.`,
        { file: folder, options: ["run"] },
      );
    } else await wait(until);
  }
  onNote?.(
    `${folder}: this file system has no locks (${why.message}), and no other process is seen in the folder: ` +
      "going on. Start no second one there.",
  );
  const renewal = setInterval(async () => {
    if (await isOwn()) await write(false).catch(() => {});
  }, RENEW);
  Deno.unrefTimer(renewal);
  return {
    isHeld: async () => await isStillAt(file, path).catch(() => false) && await isOwn(),
    [Symbol.dispose]() {
      clearInterval(renewal);
      file.close();
      try {
        if (Deno.readTextFileSync(holder) === token) Deno.removeSync(holder);
      } catch {
        // Another has taken it over, or the folder is gone.
      }
    },
  };
}

async function wait(until: AbortSignal): Promise<void> {
  until.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, BETWEEN));
}
