/**
 * The npm packages that `datasets` uses, pinned: the only place in this folder where npm is named.
 * Nothing here is reachable from the package's main entry, which has no npm package in its graph.
 */

/** Decodes, resizes and composes images, and rasterises SVG. */
export { default as sharp } from "npm:sharp@0.35.5";
