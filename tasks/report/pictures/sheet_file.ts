/** Pictures that tasks have left in a run folder, which may be a stranger's: opened only where they are what a task leaves. */
import type { PictureFile } from "../../../datasets/faces/picture_file.ts";
import { SourceError } from "../../../datasets/source_error.ts";
import { UsageError } from "../../command.ts";
import { loadPictureFile } from "../../deps.ts";
import { taskCall } from "../../invocation.ts";
import type { RunFolder } from "../../../run/folder.ts";

/** PNG, and larger than any page that a task draws. */
const SHEETS = { formats: ["png"], mostPixels: 2 ** 26, mostBytes: 2 ** 26 };

/**
 * Opens a picture of a run.
 *
 * @param name Within the run folder.
 * @throws {UsageError} where it is missing, no PNG file, too large, or a link out of the folder, which would put a picture from elsewhere into a
 * page that is passed on.
 */
export async function openSheet(folder: RunFolder, name: string): Promise<PictureFile> {
  const { openPicture } = await loadPictureFile();
  try {
    return await openPicture(folder.file(name), { ...SHEETS, within: folder.path });
  } catch (error) {
    throw damaged(error, folder.file(name));
  }
}

/** The error for a picture that is not what a task leaves: names the file, and the task that makes it again. */
export function damaged(error: unknown, path: string): unknown {
  if (!(error instanceof SourceError)) return error;
  const task = /[\\/]correspondence[\\/][^\\/]+[\\/][^\\/]+$/.test(path) ? "correspond" : "visualize";
  const [what] = error.message.split(". Remedy: ");
  return new UsageError(`${what}. Remedy: run ${taskCall(task)} again.`, { cause: error });
}
