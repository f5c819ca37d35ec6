/**
 * Least privilege. That no task lacks a permission, and that none tries what it is not granted, every test that runs a task sees
 * (support/audit.ts); here, that none is granted what it does not need: without any one of its grants it fails, or says something else.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { needs } from "../permissions.ts";
import { assertGranted, grantsOf } from "../support/audit.ts";
import { inTemporary } from "../support/files.ts";
import { run as runProcess } from "../support/process.ts";
import { standIns } from "../support/programs.ts";
import { commandLine, type Task } from "../support/task.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A command line for each task, after `prepare`, `train` and `visualize` have left `data` and `run`. */
const COMMANDS: Record<string, string> = {
  prepare: "synthetic --subjects 10 --images-per-subject 8 --image-size 16 --output data",
  train: "synthetic --data data --variant cnn --steps 2 --batch 4 --run run",
  twin: "--output twin --frames 4",
  inspect: "data --contact-sheet sheet.png",
  evaluate: "run",
  correspond: "run --permutations 19 --minimum-support 4",
  curves: "run --output curves.png",
  crossval: "synthetic --data data --variant cnn --splits 0 --steps 2 --batch 4 --out crossval",
  visualize: "run --filters 0 --top 1 --controls 1",
  report: "run",
  predict: "--model run data/contact_sheet.png --crop whole-image --csv seen.csv",
  export: "run --output model.onnx",
  explore: "run --output site",
  doctor: "",
};

/** Command lines that need a grant which the others do without. */
const ONLY_FOR: Record<string, string> = {
  "export --ignore-env": "--help",
  "--allow-net=127.0.0.1": "run",
  "--allow-run=xdg-open,open,explorer": "run --open",
};

/** The tasks that are a program of ours; the others check the project. */
const TASKS = (Object.entries(config.tasks) as [Task, string][]).filter(([, line]) => / tasks\/\w+\.ts /.test(line));

/** The environment without what says how to color: packages look for more of it where the first is not there. */
function plainEnvironment(): Record<string, string> {
  const colors = ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"];
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !colors.includes(name)));
}

/** Runs a task, without one of its flags, on a machine where the only programs are deno and a browser's opener. */
async function run(folder: string, task: Task, args: string, without = "") {
  await using programs = await standIns({ "xdg-open": "", open: "", explorer: "" });
  const [deno, ...flags] = commandLine(task).filter((word) => word !== without);
  return await runProcess(deno, {
    args: [...flags, ...args.split(" ").filter((word) => word !== "")],
    cwd: folder,
    env: { ...plainEnvironment(), PATH: programs.folder },
    clearEnv: true,
    seconds: 120,
  });
}

Deno.test("privileges: no task has the environment, a network beyond this machine, or everything; none may ask for more", () => {
  assert.deepEqual(TASKS.map(([task]) => task).sort(), Object.keys(COMMANDS).sort(), "every task is looked at");
  const narrow = /^--(allow-(read|write|ffi|sys=osRelease|net=127\.0\.0\.1|run=[\w,-]+)|ignore-env)$/;
  for (const [task, line] of TASKS) {
    for (const grant of grantsOf(line)) assert.match(grant, narrow, `deno task ${task}`);
    assert.match(line, / --no-prompt /, `deno task ${task}`);
    assert.doesNotMatch(line, / (-A|--allow-all)\b/, `deno task ${task}`);
  }
});

Deno.test({
  name: "privileges: every task prints its help, whatever a terminal wants of its colors",
  ignore: needs("read", "env", "run"),
  async fn() {
    for (const [task] of TASKS) {
      const { code, stdout, stderr } = await run(root, task, "--help");
      assert.equal(code, 0, `deno task ${task} --help: ${stderr}`);
      assert.match(stdout, new RegExp(`^Usage: ${task} `), `deno task ${task} --help`);
    }
  },
});

Deno.test({ name: "privileges: SECURITY.md's table says what deno.json grants", ignore: needs("read") }, async () => {
  const text = await Deno.readTextFile(`${root}/SECURITY.md`);
  const words = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
  const told = [...text.matchAll(/^\| (`\w+`.*?) \| (`--.*?`) +\|$/gm)]
    .flatMap(([, tasks, granted]) => words(tasks).map((task) => [task, words(granted)[0]]));
  assert.deepEqual(told.sort(), TASKS.map(([task, line]) => [task, grantsOf(line).join(" ")]).sort());
});

Deno.test("privileges: an attempt at something else is found", () => {
  const uses = [
    { permission: "read", value: "/tmp/x" },
    { permission: "env", value: "HOME" },
    { permission: "ffi", value: "/cache/@img/sharp-linux-x64/0.35.5/lib/sharp-linux-x64.node" },
    { permission: "sys", value: "osRelease" },
  ];
  const grants = ["--allow-read", "--ignore-env", "--allow-ffi", "--allow-sys=osRelease"];
  assertGranted("all", grants, uses);
  for (const [at, grant] of grants.entries()) {
    assert.throws(() => assertGranted("x", grants.toSpliced(at, 1), uses), /tried what it is not granted/, grant);
  }
  const net = { permission: "net", value: "example.com:443" };
  assert.throws(() => assertGranted("x", grants, [net]), /net example\.com:443/);
  const library = { permission: "ffi", value: "/tmp/evil.so" };
  assert.throws(() => assertGranted("x", grants, [library]), /ffi \/tmp\/evil\.so/);
});

Deno.test({
  name: "privileges: a task without any one of its grants does not do its work",
  ignore: needs("read", "write", "env", "ffi", "run"),
  async fn(test) {
    await inTemporary(async (folder) => {
      for (const task of ["prepare", "train", "visualize"] as const) {
        const { code, stderr } = await run(folder, task, COMMANDS[task]);
        assert.equal(code, 0, stderr);
      }
      const doctor = await run(folder, "doctor", "");
      assert.equal(doctor.code, 0, doctor.stderr);
      for (const [task, line] of TASKS) {
        await test.step(task, async () => {
          for (const grant of grantsOf(line)) {
            // Where what is asked for has been done, doing it again is refused before anything is.
            const args = (ONLY_FOR[`${task} ${grant}`] ?? ONLY_FOR[grant] ?? COMMANDS[task]).replace(
              /data$|run$/,
              (name) => ["prepare", "train"].includes(task) ? `${name}2` : name,
            );
            const { code, stdout, stderr } = await run(folder, task, args, grant);
            if (task === "doctor" && code === 0) {
              assert.notEqual(stdout, doctor.stdout, `deno task doctor says all it has to say without ${grant}`);
              continue;
            }
            assert.notEqual(code, 0, `deno task ${task} works without ${grant}`);
            assert.match(
              stderr,
              /Requires (read|write|env|net|run|sys) access|sharp/,
              `deno task ${task} without ${grant}`,
            );
          }
        });
      }
    });
  },
});
