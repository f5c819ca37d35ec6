/** `deno task export` as a user types it: the right checkpoint in either format, and nothing written where something is wrong. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writePrepared } from "../../datasets/prepared.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { writeCheckedFile } from "../../tasks/export/checked_file.ts";
import { readModel } from "../../training/model.ts";
import { writeOnnx } from "../../training/onnx.ts";
import { needs } from "../permissions.ts";
import { readOnnx } from "../reference/onnx/file.ts";
import { inTemporary, names } from "../support/files.ts";
import { runTask } from "../support/task.ts";
import { runTaskHere } from "../support/task_here.ts";
import { tinyDataset } from "../support/tiny_dataset.ts";

Deno.test({
  name: "export writes the chosen checkpoint or the one asked for, in either format, and refuses what would harm",
  ignore: needs("read", "write", "ffi", "run"),
  fn: () =>
    inTemporary(async (folder) => {
      const [data, run, out] = ["data", "run", "out"].map((name) => join(folder, name));
      await writePrepared(data, await tinyDataset({ classes: 3, perFold: 6 }), { crop: "none" });
      const options = "--steps 2 --checkpoint-every 1 --batch 2 --init-scale 1 --variant cnn".split(" ");
      const trained = await runTaskHere("train", "--data", data, "--run", run, ...options);
      assert.equal(trained.code, 0, trained.stderr);
      const checkpoint = (step: number) => join(run, `checkpoints/step-00000${step}.safetensors`);
      const weights = async (step: number) => readCheckpoint(await Deno.readFile(checkpoint(step))).parameters;
      const exported = async (...args: string[]) => {
        const { code, stdout, stderr } = await runTaskHere("export", run, ...args);
        assert.equal(code, 0, stderr);
        return stdout;
      };
      const refused = async (message: RegExp, ...args: string[]) => {
        const { code, stderr } = await runTaskHere("export", ...args);
        assert.equal(code, 1, stderr);
        assert.match(stderr, message);
      };
      const [onnx, safetensors, other] = ["m.onnx", "m.safetensors", "other"].map((name) => join(out, name));

      assert.match(await exported("--output", safetensors), /step-000002\.safetensors: the last one/);
      const last = readModel(await Deno.readFile(safetensors));
      assert.deepEqual(last.parameters, await weights(2));
      const { crop, images, dataset, step } = last.info;
      assert.deepEqual([crop, images, dataset, step], ["whole-image", "own", "tiny", 2]);

      const checkpoints = [0, 1, 2].map((step) => ({ step }));
      await Deno.writeTextFile(join(run, "evaluation.json"), JSON.stringify({ chosen: { step: 1 }, checkpoints }));
      const said = await exported("--output", onnx);
      assert.match(said, /step-000001\.safetensors: the one that evaluate chose/);
      assert.match(said, /^takes +images, float32 N x 1 x 8 x 8, grey levels 0\.\.255; local-mean is in the graph$/m);
      assert.match(said, /^gives +probabilities of class 0, class 1, class 2$/m);
      const chosen = { info: { ...last.info, step: 1 }, parameters: await weights(1) as typeof last.parameters };
      assert.deepEqual(await Deno.readFile(onnx), writeOnnx(chosen));
      assert.deepEqual(JSON.parse(readOnnx(await Deno.readFile(onnx)).metadata.info), chosen.info);

      const before = await Deno.readFile(onnx);
      await refused(/m\.onnx: the file exists.*--force/, run, "--output", onnx, "--checkpoint", "0");
      assert.deepEqual(await Deno.readFile(onnx), before);
      assert.match(await exported("--output", onnx, "--checkpoint", "0", "--force"), /the one that was asked for/);
      assert.equal(JSON.parse(readOnnx(await Deno.readFile(onnx)).metadata.info).step, 0);
      // A model file may become another format.
      const again = await runTask("export", safetensors, "--output", other, "--format", "onnx");
      assert.equal(again.code, 0, again.stderr);
      assert.deepEqual(await Deno.readFile(other), writeOnnx(last));

      const fresh = join(out, "fresh.onnx");
      await refused(
        /has no checkpoint 7\. Remedy: choose one of 0, 1, 2 \(--checkpoint\)\./,
        run,
        "--output",
        fresh,
        "--checkpoint",
        "7",
      );
      await refused(/is a file, which has no checkpoints/, safetensors, "--output", fresh, "--checkpoint", "0");
      await refused(/the name says no format/, run, "--output", join(out, "fresh"));
      await refused(/says onnx, --format says safetensors/, run, "--output", fresh, "--format", "safetensors");
      await refused(/out: is no file/, run, "--output", out, "--format", "onnx", "--force");
      await refused(/cannot be written: Not a directory/, run, "--output", join(onnx, "fresh.onnx"));
      await refused(/required option '--output/, run);
      await Deno.truncate(checkpoint(2), 5_000_000);
      await refused(/step-000002\.safetensors: .*cut short/, run, "--output", fresh, "--checkpoint", "2");
      assert.deepEqual(await names(out), ["m.onnx", "m.safetensors", "other"]);
      const escape = join(out, "\x1b[31m.onnx");
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(await exported("--output", escape), /\x1b/);
    }),
});

Deno.test({
  name: "export: where the disk keeps something else than was written, the file that was there stays",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (folder) => {
      const path = join(folder, "model.onnx");
      await Deno.writeTextFile(path, "before");
      for (const kept of [new Uint8Array([1, 2]), new Uint8Array([1, 2, 4])]) {
        const written = writeCheckedFile(path, new Uint8Array([1, 2, 3]), () => Promise.resolve(kept));
        await assert.rejects(written, /model\.onnx: what was read back is not what was written\. Remedy/);
        assert.equal(await Deno.readTextFile(path), "before");
      }
      await writeCheckedFile(path, new Uint8Array([1, 2, 3]));
      assert.deepEqual(await Deno.readFile(path), new Uint8Array([1, 2, 3]));
      assert.deepEqual(await names(folder), ["model.onnx"]);
    }),
});
