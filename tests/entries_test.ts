// What the two entries export, and that each export says what it is for.

import assert from "node:assert/strict";
import * as entry from "../mod.ts";
import { needs } from "./permissions.ts";

interface Documented {
  name: string;
  declarations?: { kind: string; jsDoc?: { doc?: string; tags?: { kind: string }[] } }[];
}

Deno.test("mod.ts exports what the README promises", () => {
  const names = [
    ...["openGpu", "ZeroBiasCnn", "normalize", "sampleIndices", "augment", "train", "evaluateRows"],
    ...["readNpy", "writeNpy", "readSafetensors", "writeSafetensors", "GpuUnavailableError"],
  ];
  for (const name of names) {
    assert.equal(typeof (entry as unknown as Record<string, unknown>)[name], "function", name);
  }
});

Deno.test({
  name: "every export of both entries has a docstring, every function and class an example",
  ignore: needs("read", "run"),
  async fn() {
    for (const path of ["mod.ts", "datasets/mod.ts"]) {
      const { code, stdout, stderr } = await new Deno.Command("deno", {
        args: ["doc", "--json", path],
        cwd: new URL("..", import.meta.url),
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      const output = JSON.parse(new TextDecoder().decode(stdout));
      const symbols = (Object.values(output.nodes) as { symbols: Documented[] }[]).flatMap(({ symbols }) => symbols);
      assert.ok(symbols.length > 10, `${path}: ${symbols.length} exports`);
      const bare: string[] = [];
      for (const { name, declarations = [] } of symbols) {
        if (!declarations.some(({ jsDoc }) => jsDoc?.doc)) bare.push(`${name}: no docstring`);
        const runs = declarations.some(({ kind }) => kind === "function" || kind === "class");
        const example = declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"));
        if (runs && !example) bare.push(`${name}: no example`);
      }
      assert.deepEqual(bare, [], path);
    }
  },
});
