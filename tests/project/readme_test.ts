// The README's library examples run, against this tree in place of the tagged address, and name this version.

import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { needs } from "../permissions.ts";

const root = new URL("../..", import.meta.url).href;
const address = `https://raw.githubusercontent.com/aulens/aulens/v${config.version}/`;

Deno.test({
  name: "the README's examples run as they stand, and import the version that deno.json names",
  ignore: needs("read", "write", "run"),
  async fn() {
    const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
    const examples = [...readme.matchAll(/```ts ignore\n(.*?)```/gs)].map((match) => match[1]);
    assert.ok(examples.length >= 2, `${examples.length} examples`);
    const directory = await Deno.makeTempDir();
    try {
      for (const [index, example] of examples.entries()) {
        assert.ok(example.includes(address), `example ${index} imports from ${address}`);
        const file = `${directory}/example_${index}.ts`;
        await Deno.writeTextFile(file, example.replaceAll(address, root));
        // What the README says each needs: the second reads images, with sharp.
        const permissions = example.includes("/datasets/mod.ts") ? ["--allow-ffi", "--allow-read", "--ignore-env"] : [];
        const { code, stderr } = await new Deno.Command("deno", {
          args: ["run", "--quiet", "--check", "--no-lock", "--no-prompt", ...permissions, file],
          env: { XDG_RUNTIME_DIR: "/tmp", NO_COLOR: "1" },
        }).output();
        assert.equal(code, 0, new TextDecoder().decode(stderr));
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test(
  { name: "every file that README.md, CONTRIBUTING.md and SECURITY.md name is there", ignore: needs("read") },
  async () => {
    for (const page of ["README.md", "CONTRIBUTING.md", "SECURITY.md"]) {
      const text = await Deno.readTextFile(new URL(`../../${page}`, import.meta.url));
      const links = [
        ...text.matchAll(/\]\(([\w./]+)\)/g),
        ...text.matchAll(/`((?:tests|datasets|tasks|bench)\/[\w./]+\.\w+)`/g),
      ];
      assert.ok(links.length > 0, page);
      for (const [, path] of links) {
        await Deno.stat(new URL(`../../${path}`, import.meta.url)).catch(() => assert.fail(`${page} names ${path}`));
      }
    }
  },
);
