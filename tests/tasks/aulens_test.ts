/** The installed command: each name runs its task in the current folder, with the task's flags and nothing else. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { writePrepared } from "../../datasets/prepared.ts";
import { needs } from "../permissions.ts";
import { grantsOf } from "../support/audit.ts";
import { exists, inTemporary } from "../support/files.ts";
import { run } from "../support/process.ts";
import { shellEnvironment, withProjectCopy } from "../support/project_copy.ts";
import { standIns } from "../support/programs.ts";
import { commandLine, type Task } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "env", "ffi", "run") || Deno.build.os === "windows";
const root = fileURLToPath(new URL("../..", import.meta.url));
const TASKS = (Object.entries(config.tasks) as [Task, string][]).filter(([, line]) => / tasks\/\w+\.ts /.test(line));

/** What the project that is called consists of where its tasks are the test's own. */
async function launcherFiles(tasks: Record<string, string>): Promise<Record<string, string>> {
  const copied = await Promise.all(
    ["deno.json", "deno.lock", "deno.all.lock", "tasks/aulens.sh", "tasks/defaults.env"].map(async (path) =>
      [path, await Deno.readTextFile(`${root}${path}`)] as const
    ),
  );
  const own = Object.entries(tasks).map(([task, text]) => [`tasks/${task}.ts`, text] as const);
  return Object.fromEntries([...copied, ...own]);
}

/** Calls the command in a folder, as an npm script in some other folder would: with an INIT_CWD that means nothing here. */
async function aulens(folder: string, program: string, args: string[], env: Record<string, string> = {}) {
  const whole = { ...shellEnvironment(), INIT_CWD: "/", npm_lifecycle_event: "look", ...env };
  return await run("/bin/sh", { args: [program, ...args], cwd: folder, env: whole, clearEnv: true });
}

Deno.test({
  name: "the installed command gives each task the flags of deno.json, its lock, and the words that were typed",
  ignore,
  fn: () =>
    withProjectCopy(async ({ project, here }) => {
      // A deno that says where and how it was called, a word a line.
      await using programs = await standIns({});
      await Deno.remove(`${programs.folder}/deno`);
      const script = `#!/bin/sh\npwd\nprintf '%s\\n' "$@"\n`;
      await Deno.writeTextFile(`${programs.folder}/deno`, script, { mode: 0o755 });
      const typed = ["a b", "it's", '"', "$HOME", "`id`", "*", "\\n", "", "--", "-x"];
      for (const [task] of TASKS) {
        const PATH = `${programs.folder}:${Deno.env.get("PATH")}`;
        const { stdout } = await aulens(here, `${project}/tasks/aulens.sh`, [task, ...typed], { PATH });
        const [folder, command, ...words] = stdout.split("\n").slice(0, -1);
        const [, , ...flags] = commandLine(task, `${project}/`);
        const file = flags.pop()!;
        assert.deepEqual([folder, command], [here, "run"], task);
        const at = words.indexOf(file);
        const given = words.slice(0, at).filter((word) => word !== "--config" && word !== `${project}/deno.json`);
        assert.equal(given.length, at - 2, `${task} has the project's configuration, and so its lock`);
        assert.deepEqual(given.sort(), flags.sort(), task);
        assert.ok(flags.includes("--no-prompt"), task);
        assert.deepEqual(words.slice(at + 1), ["--installed", ...typed], task);
      }
    }),
});

Deno.test({
  name:
    "what a task is not granted is denied through the installed command, and so is a package that the lock does not name",
  ignore,
  async fn() {
    const permissions = ["read", "write", "ffi", "env", "net", "run", "sys"];
    const attempt = `
      const state = (name: string) => Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state;
      const acts = { env: () => Deno.env.get("HOME"), run: () => new Deno.Command("/bin/true").outputSync(), sys: () => Deno.hostname() };
      const denied = Object.entries(acts).filter(([, act]) => {
        try { return act() === undefined; } catch (error) { return error instanceof Deno.errors.NotCapable; }
      }).map(([name]) => name);
      console.log(JSON.stringify({ states: ${JSON.stringify(permissions)}.map(state), denied }));`;
    const lockless = `import { Command } from "npm:commander@15.0.0"; console.log(Command.name);`;
    const files = await launcherFiles({
      ...Object.fromEntries(TASKS.map(([task]) => [task, attempt])),
      prepare: lockless,
    });
    await withProjectCopy(async ({ project, here }) => {
      // One task of each kind of grants.
      const kinds = new Map(TASKS.map(([task, line]) => [grantsOf(line).join(" "), task]));
      assert.ok(kinds.size >= 5);
      for (const task of kinds.values()) {
        const [through, as] = await Promise.all([
          aulens(here, `${project}/tasks/aulens.sh`, [task]),
          run("deno", { args: ["task", "--quiet", "--config", `${project}/deno.json`, task], cwd: here }),
        ]);
        assert.equal(through.code, 0, through.stderr);
        assert.equal(through.stdout, as.stdout, `${task} as deno task has it`);
        assert.deepEqual(JSON.parse(through.stdout).denied, ["env", "run", "sys"], task);
      }
      const granted = await aulens(here, `${project}/tasks/aulens.sh`, ["prepare"]);
      assert.match(granted.stderr, /lockfile is out of date/);
      assert.equal(granted.code, 1);
    }, { ...files, "deno.all.lock": '{"version":"5"}' });
  },
});

Deno.test({
  name: "the installed command lists its tasks, and refuses what is none of them",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const call = (...args: string[]) => aulens(folder, `${root}tasks/aulens.sh`, args);
      const help = await call("--help");
      assert.equal(help.code, 0);
      for (const [task] of TASKS) assert.ok(help.stdout.includes(`\n  ${task}\n`), task);
      const none = await call();
      assert.deepEqual([none.code, none.stdout, none.stderr], [1, "", help.stdout]);
      for (const name of ["bench", "test", "nothing", "train prepare", "../tasks/train", "", "*", "--nothing"]) {
        const { code, stdout, stderr } = await call(name);
        assert.deepEqual([code, stdout], [1, ""], name);
        assert.equal(stderr, `aulens: ${name}: there is no such task. Remedy: aulens --help lists them.\n`);
      }
    }),
});

Deno.test({
  name:
    "setup.sh installs the command, which then trains, evaluates, predicts and exports in the folder where it is called",
  ignore,
  fn: () =>
    withProjectCopy(async ({ project, here }) => {
      const install = (folder: string) =>
        run("/bin/sh", { args: [`${project}/setup.sh`, "install", folder], cwd: here, env: { CI: "true" } });
      const { code, stderr } = await install("my bin");
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /^setup: installed .*\/my bin\/aulens\nsetup: to call it as aulens: export PATH=".*\/my bin:\$PATH"$/m,
      );
      assert.equal((await install("my bin")).code, 0, "once more");

      await writePrepared(`${here}/data/tfd`, await tinyDataset({ classes: 2, folds: 3, perFold: 4 }), { source: "x" });
      const succeed = async (line: string) => {
        const { code, stdout, stderr } = await aulens(here, `${here}/my bin/aulens`, line.split(" "));
        assert.equal(code, 0, `${line}: ${stderr}`);
        return stdout;
      };
      const path = "runs/tiny-cnn-split0-seed1";
      const trained = await succeed("train --data data/tfd --variant cnn --steps 1 --batch 2");
      assert.match(trained, new RegExp(`^metrics {9}${path}/metrics\\.json$`, "m"));
      await succeed(`evaluate ${path}`);
      await succeed(`predict --model ${path} ${path}/curves.png --crop whole-image --csv seen.csv`);
      await succeed(`export ${path} --output model.onnx`);
      for (const file of [`${path}/metrics.json`, `${path}/evaluation.json`, "seen.csv", "model.onnx"]) {
        assert.ok(await exists(`${here}/${file}`), file);
      }
      assert.ok(!await exists(`${project}/runs`));

      const wrong = await aulens(here, `${here}/my bin/aulens`, ["inspect", "--nothing"]);
      assert.match(wrong.stderr, /\(aulens inspect --help lists the options\)/);
      await Deno.writeTextFile(`${here}/aulens`, "#!/bin/sh\n");
      const refused = await install(".");
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /\/aulens is there and is another program\. Remedy:/);
      assert.equal(await Deno.readTextFile(`${here}/aulens`), "#!/bin/sh\n");
    }),
});
