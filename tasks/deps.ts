/**
 * The npm packages that the command line uses, pinned. Only files in `tasks/` import this one, so nothing of it reaches
 * whoever imports `mod.ts`. What takes long to start, or needs a permission to, is a function that loads it when called.
 *
 * @module
 */

// deno-lint-ignore-file no-import-prefix -- packages are named here, inline, so that a URL import needs no import map

/** Bars on a terminal; it comes without types. */
export { default as cliProgress } from "npm:cli-progress@3.12.0";

/** What charts are described in. */
export const loadVegaLite = () => import("npm:vega-lite@6.5.0");
export type { TopLevelSpec } from "npm:vega-lite@6.5.0";

/** What draws a described chart as SVG. */
export const loadVega = () => import("npm:vega@6.4.0");

/** Reads, writes and rasterises images; needs --allow-ffi. */
export const loadSharp = async () => (await import("../datasets/deps.ts")).sharp;

/** Reads the command line. */
export { Command, CommanderError, InvalidArgumentError, Option } from "npm:commander@15.0.0";
