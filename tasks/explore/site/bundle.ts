/** TypeScript, and the WGSL that it imports, as one script for browsers. */

/**
 * Bundles an entry and all that it imports, in memory; nothing is written and no program of ours is run.
 *
 * @param entry A file of the project whose graph a browser can run.
 * @returns The script, an ES module without imports.
 * @throws {Error} where the bundler cannot do it, in its words: it is a part of Deno, behind `--unstable-bundle`.
 */
export async function bundle(entry: URL): Promise<string> {
  if (!("bundle" in Deno)) throw new Error("This Deno has no bundler. Remedy: Deno 2.9 with --unstable-bundle.");
  const { success, errors, outputFiles } = await Deno.bundle({
    entrypoints: [entry.href],
    platform: "browser",
    minify: true,
    write: false,
  });
  const code = outputFiles?.[0]?.text();
  if (!success || !code) {
    throw new Error(`${entry.href} cannot be bundled: ${errors.map(({ text }) => text).join("; ")}`);
  }
  return code;
}
