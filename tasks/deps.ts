/**
 * The npm packages that the command line uses, pinned. Only files in `tasks/` import this one, so nothing of it reaches
 * whoever imports `mod.ts`. What takes long to start, or needs a permission to, is a function that loads it when called.
 *
 * @module
 */

// deno-lint-ignore no-import-prefix -- packages are named here, inline, so that a URL import needs no import map
import { Command as Commander } from "npm:commander@15.0.0";
import { byLine } from "./terminal.ts";

/** Bars on a terminal; it comes without types. */
export { default as cliProgress } from "npm:cli-progress@3.12.0";

// The names of the two below are put together at run time: Deno downloads what a literal import names, called or not.
const named = (specifier: string) => `npm:${specifier}`;

/** What charts are described in. */
export const loadVegaLite = (): Promise<typeof import("npm:vega-lite@6.5.0")> => import(named("vega-lite@6.5.0"));
export type { TopLevelSpec } from "npm:vega-lite@6.5.0";

/** What draws a described chart as SVG. */
export const loadVega = (): Promise<typeof import("npm:vega@6.4.0")> => import(named("vega@6.4.0"));

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
    this.configureOutput({ outputError: (text, write) => write(byLine(text)) });
  }

  override createCommand(name?: string): Command {
    return new Command(name);
  }
}
