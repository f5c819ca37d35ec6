/**
 * The npm packages that draw charts, pinned: the only place in this folder where npm is named.
 *
 * @module
 */

// The names of the two below are put together at run time: Deno downloads what a literal import names, called or not.
const named = (specifier: string) => `npm:${specifier}`;

/** What charts are described in. */
export const loadVegaLite = (): Promise<typeof import("npm:vega-lite@6.5.0")> => import(named("vega-lite@6.5.0"));
export type { TopLevelSpec } from "npm:vega-lite@6.5.0";

/** What draws a described chart as SVG. */
export const loadVega = (): Promise<typeof import("npm:vega@6.4.0")> => import(named("vega@6.4.0"));

/** Rasterises SVG; needs --allow-ffi. */
export const loadSharp = async () => (await import("../datasets/deps.ts")).sharp;
