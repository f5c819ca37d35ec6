// README.md and the pages beside it: their library examples run, against this tree in place of the tagged address, and name this version;
// the files, tasks and options that they name are there.

import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { needs } from "../permissions.ts";
import { everyTask, fileFaults, filesOf, optionFaults, optionTables, PAGES, readPage, USERS_PAGES } from "./pages.ts";
import { run } from "../support/process.ts";

const root = new URL("../..", import.meta.url).href;
const address = `https://raw.githubusercontent.com/aulens/aulens/v${config.version}/`;

Deno.test({
  name: "the pages' examples run as they stand, and import the version that deno.json names",
  ignore: needs("read", "write", "run"),
  async fn() {
    const examples: { page: string; code: string }[] = [];
    for (const page of USERS_PAGES) {
      const found = [...(await readPage(page)).matchAll(/```ts ignore\n(.*?)```/gs)];
      if (page === "README.md") assert.ok(found.length >= 2, `${found.length} examples in ${page}`);
      examples.push(...found.map((match) => ({ page, code: match[1] })));
    }
    assert.ok(examples.length >= 3, `${examples.length} examples`);
    const directory = await Deno.makeTempDir();
    try {
      const files: string[] = [];
      for (const [index, { page, code: example }] of examples.entries()) {
        assert.ok(example.includes(address), `example ${index}, of ${page}, imports from ${address}`);
        files.push(`${directory}/example_${index}.ts`);
        await Deno.writeTextFile(files[index], example.replaceAll(address, root));
      }
      const checked = await run("deno", { args: ["check", "--quiet", "--no-lock", ...files], env: { NO_COLOR: "1" } });
      assert.equal(checked.code, 0, checked.stderr);
      for (const [index, { page, code: example }] of examples.entries()) {
        // What README.md says each needs: the second entry reads images, with sharp.
        const permissions = example.includes("/datasets/mod.ts") ? ["--allow-ffi", "--allow-read", "--ignore-env"] : [];
        const { code, stderr } = await run("deno", {
          args: ["run", "--quiet", "--no-lock", "--no-prompt", ...permissions, files[index]],
          env: { XDG_RUNTIME_DIR: "/tmp", NO_COLOR: "1" },
        });
        assert.equal(code, 0, `${page}: ${stderr}`);
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test({
  name: "every file that a page names is there, and README.md leads to every page of docs/",
  ignore: needs("read"),
  async fn() {
    const faults: string[] = [];
    for (const page of PAGES) {
      const text = await readPage(page);
      assert.ok(filesOf(page, text).length > 0, page);
      faults.push(...await fileFaults(page, text));
    }
    assert.deepEqual(faults, []);
    const led = filesOf("README.md", await readPage("README.md")).map(({ path }) => path);
    for (const page of USERS_PAGES) assert.ok(page === "README.md" || led.includes(page), `README.md leads to ${page}`);
  },
});

Deno.test({
  name: "every task and option that a page names is there, and a table of a task's options has them all",
  ignore: needs("read", "write", "run"),
  async fn(test) {
    const tasks = await everyTask();
    const faults: string[] = [], tables: string[] = [];
    for (const page of USERS_PAGES) {
      const text = await readPage(page);
      faults.push(...optionFaults(page, text, tasks));
      tables.push(...optionTables(text).map(([task]) => task));
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(tables.sort(), ["crossval", "evaluate", "explore", "predict", "train", "visualize"]);

    await test.step("what is not there is found", async () => {
      const page = "docs/training.md", text = await readPage(page);
      const wrong: [text: string, fault: string][] = [
        ["deno task trian", `${page} names deno task trian`],
        ["deno task train --step 3", `${page} names train --step`],
        ["sh setup.sh train --step 3", `${page} names train --step`],
        ["train --step", `${page} names train --step`],
        ["--annotate", `${page} names --annotate`],
        ["tests/nowhere_test.ts", `${page} names tests/nowhere_test.ts`],
      ];
      for (const [code, fault] of wrong) {
        for (const more of code.startsWith("tests/") ? [`\`${code}\``] : [`\`${code}\``, `\`\`\`sh\n${code}\n\`\`\``]) {
          const longer = `${text}\n${more}\n`;
          assert.deepEqual([...optionFaults(page, longer, tasks), ...await fileFaults(page, longer)], [fault], more);
        }
      }
      const links = text + "[a](nowhere.md) [b](README.md) [c](evaluation.md#nowhere) [d](#nowhere) [e](#training)";
      assert.deepEqual(
        await fileFaults(page, links),
        ["docs/nowhere.md", "docs/README.md", "docs/evaluation.md#nowhere", `${page}#nowhere`].map((path) =>
          `${page} names ${path}`
        ),
      );
      const row = /^\| `--resume`.*\n/m;
      assert.deepEqual(optionFaults(page, text.replace(row, ""), tasks), [`${page} lists train --resume not`]);
      const longer = text.replace(row, (line) => line + line.replace("--resume", "--annotate"));
      assert.deepEqual(optionFaults(page, longer, tasks), [
        `${page} names --annotate`,
        `${page} lists train --annotate only`,
      ]);
    });
  },
});
