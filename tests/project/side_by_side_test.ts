/** What `deno task test-long` runs besides the tests. */
import assert from "node:assert/strict";
import { needs } from "../permissions.ts";

const root = new URL("../../", import.meta.url);

/** Whether a docstring below a folder has an example. */
function hasExample(folder: URL): boolean {
  return [...Deno.readDirSync(folder)].some(({ name, isDirectory }) =>
    isDirectory
      ? hasExample(new URL(`${name}/`, folder))
      : name.endsWith(".ts") && Deno.readTextFileSync(new URL(name, folder)).includes("* @example")
  );
}

Deno.test({
  name: "side by side: the examples of every folder run",
  ignore: needs("read"),
  fn() {
    const text = Deno.readTextFileSync(new URL("tests/side_by_side.ts", root));
    const rooms = [...Deno.readDirSync(root)].filter(({ name, isDirectory }) =>
      isDirectory && !/^(\.|data$|runs$|tests$|node_modules$)/.test(name)
    );
    const found = rooms.map(({ name }) => name).filter((name) => hasExample(new URL(`${name}/`, root)));
    assert(found.includes("gpu") && found.includes("run"), String(found));
    for (const name of found) {
      assert(text.includes(`"${name}"`), `${name} is not among the EXAMPLES of side_by_side.ts`);
    }
  },
});
