/** `deno task quick`: what it runs, what it leaves out and by which rule, and where CI runs it. */

import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { needs } from "../permissions.ts";
import { readPage } from "./pages.ts";

const root = new URL("../..", import.meta.url);

Deno.test({
  name:
    "quick: format, lint, types, and the tests and examples of gpu, kernels and network, but for those at full size",
  ignore: needs("read"),
  fn() {
    const steps = config.tasks.quick.split(" && ");
    assert.deepEqual(steps.slice(0, 3), [
      "deno fmt --check --quiet",
      "deno lint --quiet",
      "deno check --quiet --doc --lock=deno.all.lock",
    ]);
    const words = steps[3].split(" ");
    const rooms = ["gpu", "kernels", "network"];
    const folders = rooms.map((room) => `tests/${room}`);
    assert.deepEqual(words.filter((word) => !word.startsWith("-")).slice(2), [...rooms, ...folders]);
    const atFullSize = folders.flatMap((folder) =>
      [...Deno.readDirSync(new URL(folder, root))].map(({ name }) => name)
        .filter((name) => /full_size\w*_test\.ts$/.test(name)).map((name) => `${folder}/${name}`)
    );
    assert.ok(atFullSize.length > 0);
    const left = words.filter((word) => word.startsWith("--ignore="));
    assert.deepEqual(left, [`--ignore=${atFullSize.join(",")}`]);
    // All tests, with all grants, are those of `deno task test`.
    for (const grant of words.filter((word) => word.startsWith("--allow-"))) {
      assert.match(config.tasks.test, new RegExp(grant));
    }
  },
});

Deno.test({
  name: "quick: CI runs it on Windows and macOS with the Deno that setup.sh installs",
  ignore: needs("read"),
  async fn() {
    const [release] = /(?<=^deno_release=)[\d.]+/m.exec(await readPage("setup.sh"))!;
    const workflow = await readPage(".github/workflows/ci.yml");
    assert.match(workflow, /os: \[windows-latest, macos-latest\]/);
    assert.deepEqual(workflow.match(/^ +- run: .*$/gm)!.slice(-2).map((line) => line.trim()), [
      `- run: npm install --global deno@${release}`,
      "- run: deno task quick",
    ]);
    assert.match(
      await readPage("README.md"),
      /`npm install --global deno`[^]*?`deno task train`\s+and `deno task test`/,
    );
  },
});
