/** `deno task crossval --engine slurm` on a cluster that is made of two small programs, and what it hands to a real one. */

import assert from "node:assert/strict";
import { writePrepared } from "../../datasets/prepared.ts";
import { arrayScript, ranges, sbatchArguments } from "../../run/engines/slurm.ts";
import { planRuns } from "../../training/cross_validation/plan.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { runTaskWith } from "../support/task.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

const ignore = needs("read", "write", "ffi", "run");

Deno.test({
  name: "runs that are in no array job yet are submitted once the earlier job has ended",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      const data = `${folder}/data`;
      await writePrepared(data, await tinyDataset({ classes: 2, folds: 3, perFold: 4 }), { source: "a test" });
      // A cluster that knows job 77 when it is first asked, takes the next as 78, and does nothing.
      const programs = `${folder}/bin`;
      await Deno.mkdir(programs);
      const program = (name: string, script: string) =>
        Deno.writeTextFile(`${programs}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      await program("squeue", `[ -e '${folder}/asked' ] || echo 77_0; : > '${folder}/asked'`);
      await program("sbatch", `echo "$@" >> '${folder}/submitted'; echo 78`);
      const out = `${folder}/out`;
      await Deno.mkdir(`${out}/slurm`, { recursive: true });
      await Deno.writeTextFile(`${out}/slurm/job.json`, JSON.stringify({ number: "77", indices: [0] }));
      const args = [
        "--data",
        data,
        "--variant",
        "cnn",
        "--splits",
        "0,1",
        "--out",
        out,
        "--steps",
        "6",
        "--batch",
        "2",
        "--engine",
        "slurm",
      ];
      const { code, stderr } = await runTaskWith(programs, "crossval", ...args);
      assert.equal(code, 1);
      assert.match(stderr, /Following array job 77;[^]*Following array job 78;/);
      assert.match(stderr, /cnn-split0-seed1: its element of array job 77 .*77_0\.log/);
      assert.match(stderr, /cnn-split1-seed1: its element of array job 78 .*78_1\.log/);
      assert.match(await Deno.readTextFile(`${folder}/submitted`), /^--parsable .*--array=1%1 .*\n$/);

      // A run whose evaluation cannot be read is named; the other is not kept from the queue.
      await Deno.mkdir(`${out}/runs/cnn-split0-seed1/evaluation.json`, { recursive: true });
      const unread = await runTaskWith(programs, "crossval", ...args);
      assert.equal(unread.code, 1);
      assert.match(unread.stderr, /cnn-split0-seed1: .*evaluation\.json[^]*cnn-split1-seed1: its element/);
    }),
});

Deno.test("array elements are written as Slurm reads them", () => {
  assert.equal(ranges([7, 0, 1, 2, 5]), "0-2,5,7");
  assert.equal(ranges([3]), "3");
});

Deno.test({
  name: "the array job has an element a run that is left, the site's options last, and words with spaces quoted",
  ignore: needs("read"),
  fn() {
    const runs = planRuns({ variants: ["cnn"], splits: [0, 1, 2, 3], seeds: [1] });
    const manifest = { runs } as Parameters<typeof sbatchArguments>[1];
    const args = sbatchArguments("/my data/cv", manifest, [runs[1], runs[2]], { jobs: 3, sbatch: ["--gres=gpu:1"] });
    assert(args.includes("--array=1-2%3") && args.includes("--requeue"));
    assert.deepEqual(args.slice(-2), ["--gres=gpu:1", "/my data/cv/slurm/array.sh"]);
    const script = arrayScript("/my data/it's");
    assert.match(
      script,
      /--out '\/my data\/it'\\''s' --index "\$SLURM_ARRAY_TASK_ID" --gpus "\$\{SLURM_JOB_GPUS:-\}" &/,
    );
  },
});
