/** The entries: what they export by name, and that every export is explained, with an example that runs. */

import assert from "node:assert/strict";
import * as entry from "../../mod.ts";
import { needs } from "../permissions.ts";
import { run } from "../support/process.ts";

const PROMISED = [
  "openGpu",
  "ZeroBiasCnn",
  "normalize",
  "sampleIndices",
  "augment",
  "train",
  "readNpy",
  "writeNpy",
  "readSafetensors",
  "writeSafetensors",
  "GpuUnavailableError",
];

interface Documented {
  name: string;
  kind: string;
  text: string;
  examples: string[];
}

/** The documentation of an entry's exports. */
async function documentation(file: string): Promise<Documented[]> {
  const { code, stdout, stderr } = await run("deno", {
    args: ["doc", "--quiet", "--json", file],
    cwd: new URL("../..", import.meta.url),
  });
  assert.equal(code, 0, stderr);
  const { nodes } = JSON.parse(stdout);
  const symbols = Object.values<{ symbols: { name: string; declarations: Declaration[] }[] }>(nodes)
    .flatMap(({ symbols }) => symbols);
  return symbols.flatMap(({ name, declarations }) => {
    // Overloads are explained once.
    const docs = declarations.map(({ jsDoc }) => jsDoc);
    return [{
      name,
      kind: declarations[0].kind,
      text: docs.map((doc) => doc?.doc ?? "").join(""),
      examples: docs.flatMap((doc) => doc?.tags ?? []).filter(({ kind }) => kind === "example").map(({ doc }) => doc),
    }];
  });
}

interface Declaration {
  kind: string;
  jsDoc?: { doc?: string; tags?: { kind: string; doc: string }[] };
}

Deno.test("mod.ts exports what users import by name", () => {
  const exports: Record<string, unknown> = { ...entry };
  for (const name of PROMISED) assert.equal(typeof exports[name], "function", name);
  const { prototype } = entry.ZeroBiasCnn;
  const methods = ["setParameters", "parameters", "predict", "lossAndGradients", "trainStep", "dispose"] as const;
  for (const method of methods) assert.equal(typeof prototype[method], "function", method);
  assert.equal(typeof entry.ZeroBiasCnn.create, "function");
});

for (const file of ["mod.ts", "datasets/mod.ts", "run/mod.ts"]) {
  Deno.test({
    name: `every export of ${file} is explained; functions and classes by an example that checks something`,
    ignore: needs("read", "run"),
    async fn() {
      const exports = await documentation(file);
      assert(exports.length > 10, `${exports.length} exports`);
      const faults = exports.flatMap(({ name, kind, text, examples }) => {
        if (text.trim().length < 10) return [`${name} (${kind}) has no docstring`];
        if (kind !== "function" && kind !== "class") return [];
        if (examples.length === 0) return [`${name} (${kind}) has no @example`];
        const runs = examples.some((example) => /```ts\n[^]*import [^]*```/.test(example));
        return runs ? [] : [`${name} (${kind}) has no example that runs: one in \`\`\`ts with its imports`];
      });
      assert.deepEqual(faults, []);
    },
  });
}
