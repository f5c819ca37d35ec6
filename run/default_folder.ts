/** Where a dataset lies when no option names its folder. */
import { defaultPath } from "../tasks/invocation.ts";

/**
 * The folder that a dataset is read from where `--data` names none.
 *
 * @param name As `train` knows it.
 * @param imageSize Side of the built-in faces in pixels: each size has a folder of its own.
 */
export function defaultFolder(name: string, imageSize: number): string {
  if (name === "synthetic") return defaultPath(`data/synthetic_${imageSize}`);
  return defaultPath(`data/${name === "ck_plus_six_class" ? "ck_plus" : name}`);
}
