/**
 * The npm packages that the command line uses, pinned. Only files in `tasks/` import this one, so nothing of it reaches
 * whoever imports `mod.ts`. What takes long to start, or needs a permission to, is a function that loads it when called.
 *
 * @module
 */

// deno-lint-ignore no-import-prefix -- packages are named here, inline, so that a URL import needs no import map
import { Command as Commander } from "npm:commander@15.0.0";
import { printableLines } from "../datasets/printable.ts";

/** Bars on a terminal; it comes without types. */
export { default as cliProgress } from "npm:cli-progress@3.12.0";

/** Reads, writes and rasterises images; needs --allow-ffi. */
export const loadSharp = async () => (await import("../datasets/deps.ts")).sharp;

/** Opens picture files of strangers with sharp; needs --allow-ffi. */
export const loadPictureFile = () => import("../datasets/faces/picture_file.ts");

/** Reads the command line. */
export { CommanderError, InvalidArgumentError, Option } from "npm:commander@15.0.0";

/** A command whose complaints a terminal does not obey: a shell puts a stranger's file names on the command line. */
export class Command extends Commander {
  /** @param name of the command */
  constructor(name?: string) {
    super(name);
    this.configureOutput({ outputError: (text, write) => write(printableLines(text)) });
  }

  override createCommand(name?: string): Command {
    return new Command(name);
  }
}
