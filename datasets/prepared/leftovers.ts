/**
 * What stands beside a folder while it is written, and stays there where the process ends in between: the new folder under a hidden name,
 * `.name.partial-1a2b3c4d`, what it replaces as `...-old`, which becomes `...-replaced` once the new one has its name, and `....lock`,
 * which the process holds as long as it lives. An `-old` may be the only copy and is never removed; what is `-replaced` may go.
 */

import { basename, dirname, join, resolve } from "node:path";
import { isStillAt, isThere, notFound } from "../file_system.ts";
import { PreparedError } from "./files.ts";

/** Where a folder is written before it takes its name; disposing of it removes what is still there. */
export interface Place extends AsyncDisposable {
  /** The new folder, empty at first. */
  partial: string;
  /** What the old one is called between the two renamings. */
  old: string;
  /** What the old one is called from the moment that nobody needs it. */
  replaced: string;
}

/**
 * The path of what a folder's name leads to: a link keeps pointing where it points.
 *
 * @param directory The folder, there or not.
 * @returns Its real path, or where a link that leads nowhere says it would be.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { targetOf } from "./leftovers.ts";
 *
 * assert.equal(await targetOf("no such folder"), "no such folder");
 * ```
 */
export async function targetOf(directory: string): Promise<string> {
  return await Deno.realPath(directory).catch(async () => {
    const link = await Deno.readLink(directory).catch(() => undefined);
    return link === undefined ? directory : resolve(dirname(directory), link);
  });
}

/**
 * Makes a hidden folder beside a target, which nobody removes while this process lives.
 *
 * @param target Path of the folder to be; the one above it must exist.
 * @returns The place to write in.
 *
 * @example
 * ```ts
 * import { takePlace } from "./leftovers.ts";
 *
 * const parent = await Deno.makeTempDir();
 * {
 *   await using place = await takePlace(`${parent}/a`);
 *   await Deno.writeTextFile(`${place.partial}/b`, "c");
 * }
 * await Deno.remove(parent); // is empty again
 * ```
 */
export async function takePlace(target: string): Promise<Place> {
  for (;;) {
    const partial = join(dirname(target), `.${basename(target)}.partial-${crypto.randomUUID().slice(0, 8)}`);
    const lock = await claim(partial);
    if (!lock) continue; // a process that sweeps came between
    const free = async () => {
      await Deno.remove(partial, { recursive: true }).catch(() => {});
      await release(partial, lock);
    };
    try {
      await Deno.mkdir(partial);
    } catch (error) {
      await free();
      throw error;
    }
    return { partial, old: `${partial}-old`, replaced: `${partial}-replaced`, [Symbol.asyncDispose]: free };
  }
}

/**
 * Puts back the folder that a process which has ended took away and did not replace, and removes what such processes left otherwise. What
 * a living one writes is left alone. What was taken away also stays, under its hidden name, where nobody can say which of several was
 * there, or whether what is there now is what was to replace it: somebody may have made the folder anew.
 *
 * @param directory The folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { recoverFolder } from "./leftovers.ts";
 *
 * const parent = await Deno.makeTempDir();
 * await Deno.mkdir(`${parent}/.a.partial-1a2b3c4d`);
 * await Deno.mkdir(`${parent}/.a.partial-1a2b3c4d-old/b`, { recursive: true });
 * await recoverFolder(`${parent}/a`);
 * assert.deepEqual([...Deno.readDirSync(parent)].map(({ name }) => name), ["a"]);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function recoverFolder(directory: string): Promise<void> {
  const target = await targetOf(directory);
  const { partials, olds } = await leftBeside(target);
  const stale: [partial: string, lock: Deno.FsFile][] = [];
  try {
    for (const partial of partials) {
      const lock = await claim(partial, { toSweep: true }).catch(() => undefined);
      if (lock) stale.push([partial, lock]);
    }
    const old = olds.length === 1 && stale.some(([partial]) => olds[0] === `${partial}-old`) ? olds[0] : undefined;
    if (old !== undefined && !await holdsSomething(target)) {
      await Deno.remove(target).catch(notFound); // an empty folder
      await Deno.rename(old, target);
    }
    for (const [partial] of stale) {
      for (const path of [partial, `${partial}-replaced`]) {
        await Deno.remove(path, { recursive: true }).catch(notFound);
      }
    }
  } finally {
    for (const [partial, lock] of stale) await release(partial, lock);
  }
}

/**
 * Says where a folder is that is missing, or not what it was, because its replacement was interrupted: to ask where what is there is not
 * what was expected.
 *
 * @param directory The folder.
 * @throws {PreparedError} Where what stood there is beside it under a hidden name.
 *
 * @example
 * ```ts
 * import { checkNotInterrupted } from "./leftovers.ts";
 *
 * await checkNotInterrupted("no such folder"); // never was there
 * ```
 */
export async function checkNotInterrupted(directory: string): Promise<void> {
  const target = await targetOf(directory);
  const { olds } = await leftBeside(target);
  if (olds.length === 0) return;
  if (await holdsSomething(target)) {
    throw new PreparedError(
      `${directory}: its replacement was interrupted, and nobody can say whether what is there now is the new one; ` +
        `what stood there before is ${olds.join(" or ")}. Remedy: give the right one that name, and move the rest away`,
    );
  }
  const what = olds.length === 1 ? "rename that back, or start again what was writing" : "rename the right one back";
  throw new PreparedError(
    `${directory}: is missing, because its replacement was interrupted; what stood there is ${olds.join(" or ")}. ` +
      `Remedy: ${what}`,
  );
}

/**
 * Why a folder cannot be written whole, asked before the work by doing what its end does: a hidden folder is made beside
 * it, and what stands there is renamed and takes its name back. Neither goes where the folder is a mount point, or where
 * its user may write into it and not beside it.
 *
 * @param directory The folder, there or not; nothing but folders may stand above it.
 * @returns What is wrong and what helps, for an error that names the folder; undefined where nothing is in the way.
 * @throws {PreparedError} When another took the name between the two renamings; it says where what stood there is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { whyNotWritable } from "./leftovers.ts";
 *
 * const parent = await Deno.makeTempDir();
 * assert.equal(await whyNotWritable(`${parent}/a`), undefined);
 * await Deno.remove(parent); // nothing was left in it
 * ```
 */
export async function whyNotWritable(directory: string): Promise<string | undefined> {
  const target = await targetOf(directory);
  let above = dirname(target);
  while (!await isThere(above) && dirname(above) !== above) above = dirname(above);
  const stands = await isThere(target);
  const inside = `name a folder inside it, ${join(directory, "prepared")} for example`;
  let place: Place;
  try {
    // Where folders above are to be made, they can be if one can be made in the nearest that is there.
    place = await takePlace(join(above, basename(target)));
  } catch (error) {
    const remedy = stands ? `${inside}, or one in a folder that you may write to` : "name one in a folder of your own";
    return `cannot be made, because nothing can be written into ${above} (${
      (error as Error).message
    }). Remedy: ${remedy}`;
  }
  await using held = place;
  if (!stands) return undefined;
  try {
    await Deno.rename(target, held.old);
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    const cause = ["EBUSY", "EXDEV"].includes(code) ? "it is a mount point" : `it cannot be renamed (${message})`;
    return `cannot be replaced as a whole, because ${cause}. Remedy: ${inside}`;
  }
  await Deno.rename(held.old, target).catch(() => checkNotInterrupted(directory));
}

/** The hidden names beside a folder, those of the living included: each partial folder's, there or not, and the old ones. */
async function leftBeside(target: string): Promise<{ partials: string[]; olds: string[] }> {
  const parent = dirname(target), prefix = `.${basename(target)}.partial-`;
  const names = await Array.fromAsync(Deno.readDir(parent), ({ name }) => name).catch(notFound) ?? [];
  const partials = new Set<string>(), olds: string[] = [];
  for (const name of names.filter((name) => name.startsWith(prefix)).sort()) {
    const [, id, kind] = /^([0-9a-f]{8})(|-old|-replaced|\.lock)$/.exec(name.slice(prefix.length)) ?? [];
    if (id === undefined) continue;
    partials.add(join(parent, prefix + id));
    if (kind === "-old") olds.push(join(parent, name));
  }
  return { partials: [...partials], olds };
}

/**
 * Locks a name, until the file is closed or the process ends; undefined where a living process has it. On a file system that knows no
 * locks a name is anybody's to take, and nobody's to sweep.
 */
async function claim(partial: string, { toSweep = false } = {}): Promise<Deno.FsFile | undefined> {
  const path = `${partial}.lock`;
  const file = await Deno.open(path, { write: true, create: true });
  // Whoever had it before may have removed it between the two, and a third may have made and locked another.
  if (await file.tryLock(true).catch(() => !toSweep) && await isStillAt(file, path)) return file;
  file.close();
}

async function release(partial: string, lock: Deno.FsFile): Promise<void> {
  // In this order: a file whose name is about to go is nobody else's to lock.
  await Deno.remove(`${partial}.lock`).catch(() => {});
  lock.close();
}

async function holdsSomething(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(notFound);
  if (!info?.isDirectory) return info !== undefined;
  for await (const _ of Deno.readDir(path)) return true;
  return false;
}
