/**
 * `crossval --engine slurm` on a real cluster of one node: an array runs, an element that gets Slurm's notice goes back into the queue and
 * goes on, one that is cancelled is named, and the table is that of local processes to the last digit. Run by `deno task test-slurm`:
 * it needs Slurm, and `deno test` does not find it by itself.
 */
import assert from "node:assert/strict";
import { writePrepared } from "../../datasets/prepared.ts";
import { exists } from "../support/files.ts";
import { runTask } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { run } from "../support/process.ts";

const OPTIONS = [
  "--variant",
  "cnn",
  "--splits",
  "all",
  "--steps",
  "60",
  "--batch",
  "2",
  "--checkpoint-every",
  "30",
  "--init-scale",
  "1",
];

async function slurmCommand(name: "scancel" | "scontrol", ...args: string[]) {
  const { code, stderr } = await run(name, { args, seconds: 60 });
  assert.equal(code, 0, stderr);
}

async function until(condition: () => Promise<boolean>, what: string) {
  for (let tenths = 0; !await condition(); tenths++) {
    assert(tenths < 1200, `waited two minutes for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test("an array job: notice, requeue, cancellation, and the table of local processes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "aulens slurm " });
  try {
    await writePrepared(`${folder}/data`, await tinyDataset({ classes: 2, folds: 3, perFold: 4 }), {
      source: "a test",
    });
    const args = ["--data", `${folder}/data`, ...OPTIONS, "--jobs", "2"];
    const slurm = (out: string) => runTask("crossval", ...args, "--engine", "slurm", "--out", out);
    const [first, second, local] = ["first", "second", "local"].map((name) => `${folder}/${name}`);
    const started = (out: string, split: number) => () => exists(`${out}/runs/cnn-split${split}-seed1/log.jsonl`);
    const job = async (out: string) => JSON.parse(await Deno.readTextFile(`${out}/slurm/job.json`)).number;

    const noticed = slurm(first);
    await until(started(first, 0), "the first element");
    const number = await job(first);
    await slurmCommand("scancel", "--signal=INT", "--batch", `${number}_0`);
    const logFile = `${first}/logs/${number}_0.log`;
    await until(
      async () => (await Deno.readTextFile(logFile)).includes("back into the queue"),
      "the first element's end",
    );
    // Slurm lets what comes back wait for two minutes; the test need not.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await slurmCommand("scontrol", "update", `JobId=${number}_0`, "StartTime=now");
    const ended = await noticed;
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stderr, /Following array job \d+/);
    assert.equal(await exists(`${first}/slurm/job.json`), false, "the job is over");
    const log = await Deno.readTextFile(logFile);
    assert.match(log, /stopped after a checkpoint: back into the queue/);
    assert.match(log, /Going on from step \d+/);

    const cancelled = slurm(second);
    await until(started(second, 1), "the second element");
    await slurmCommand("scancel", `${await job(second)}_1`);
    const failed = await cancelled;
    assert.equal(failed.code, 1);
    assert.match(
      failed.stderr,
      /1 of 3 runs failed[^]*cnn-split1-seed1: its element of array job \d+ ended without .* log is (.*_1\.log)/,
    );
    const again = await slurm(second);
    assert.equal(again.code, 0, again.stderr);

    const here = await runTask("crossval", ...args, "--out", local);
    assert.equal(here.code, 0, here.stderr);
    for (const name of ["crossval.json", "crossval.md", "crossval.csv", "crossval.tex", "runs.csv"]) {
      const expected = await Deno.readTextFile(`${local}/${name}`);
      for (const out of [first, second]) {
        assert.equal(await Deno.readTextFile(`${out}/${name}`), expected, `${out}/${name}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
