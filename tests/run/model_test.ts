/** The model that a run folder stands for: what evaluate chose among the checkpoints that the run has now. */

import assert from "node:assert/strict";
import { missedSteps, savedCheckpoints, unfinished } from "../../run/checkpoints.ts";
import { loadModel } from "../../run/model.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { withGpu } from "../support/gpu.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";
import { trainedRun } from "../support/trained_run.ts";

const ignore = needs("read", "write", "ffi", "env");

Deno.test({
  name: "loadModel: a choice among the first checkpoints is not the finished run's",
  ignore,
  fn: withGpu((gpu) =>
    inTemporary(async (folder) => {
      const { folder: run, record } = await trainedRun(gpu, folder, await tinyDataset());
      assert.deepEqual((await savedCheckpoints({ folder: run, record })).map(({ step }) => step), [0, 2, 4]);
      const evaluated = (chosen: number, compared: number[]) =>
        run.write(
          "evaluation.json",
          JSON.stringify({ chosen: { step: chosen }, checkpoints: compared.map((step) => ({ step })) }),
        );
      const loaded = async () => {
        const { model, rule } = await loadModel(run.path);
        return [model.info.step, rule];
      };
      assert.deepEqual(await loaded(), [4, "the last one: the run has not been evaluated"]);
      // While it trained, evaluate saw the first one or two.
      await evaluated(2, [0, 2]);
      const one = "the last one: evaluate did not compare it. Remedy: evaluate the run again";
      assert.deepEqual(await loaded(), [4, one]);
      await evaluated(0, [0]);
      const more = "the last one: evaluate did not compare 2 checkpoints, it among them. " +
        "Remedy: evaluate the run again";
      assert.deepEqual(await loaded(), [4, more]);
      await evaluated(2, [0, 2, 4]);
      assert.deepEqual(await loaded(), [2, "the one that evaluate chose"]);
      // Who keeps the chosen one alone may have its choice.
      await Deno.remove(run.checkpointPath(0));
      await Deno.remove(run.checkpointPath(4));
      assert.deepEqual(await loaded(), [2, "the one that evaluate chose"]);
    })
  ),
});

Deno.test("missedSteps: what came after a result, not what has gone since", () => {
  assert.deepEqual(missedSteps([0, 100, 150], [0, 100, 200, 250]), [200, 250]);
  assert.deepEqual(missedSteps([0, 100, 200], [0, 200]), []);
});

Deno.test("unfinished: a choice while the run trains is said to be one", () => {
  assert.match(unfinished({ steps: 300 }, [0, 100])!, /a checkpoint of 100 of 300 steps.*not compared\. Remedy/);
  assert.equal(unfinished({ steps: 300 }, [0, 100, 300]), undefined);
});
