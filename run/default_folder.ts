/** Where a dataset and a run lie when no option names their folders. */
import { join } from "node:path";
import type { Variant } from "../training/options.ts";
import { fileName } from "./file_name.ts";

/**
 * The folder that a dataset is read from where none is named.
 *
 * @param name As `trainRun` knows it.
 * @param imageSize Side of the built-in faces in pixels: each size has a folder of its own.
 * @param home The folder in which `data` lies.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { join } from "node:path";
 * import { defaultFolder } from "./default_folder.ts";
 * assert.equal(defaultFolder("synthetic", 48), join("data", "synthetic_48"));
 * assert.equal(defaultFolder("ck_plus_six_class", 96, "/home/ann"), join("/home/ann", "data", "ck_plus"));
 * ```
 */
export function defaultFolder(name: string, imageSize: number, home = "."): string {
  if (name === "synthetic") return join(home, "data", `synthetic_${imageSize}`);
  return join(home, "data", name === "ck_plus_six_class" ? "ck_plus" : name);
}

/**
 * The run folder where none is named.
 *
 * @param run Name of the data, variant, split and seed.
 * @param home The folder in which `runs` lies.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { basename } from "node:path";
 * import { defaultRun } from "./default_folder.ts";
 * assert.equal(basename(defaultRun({ dataset: "tfd", variant: "cnn", split: 0, seed: 1 })), "tfd-cnn-split0-seed1");
 * ```
 */
export function defaultRun(
  { dataset, variant, split, seed }: { dataset: string; variant: Variant; split: number; seed: number },
  home = ".",
): string {
  return join(home, "runs", `${fileName(dataset)}-${variant}-split${split}-seed${seed}`);
}
