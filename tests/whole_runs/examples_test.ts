/**
 * The scripts of examples/ run as their first lines say, with those permissions, on drawn faces, in a folder of their
 * own; from an address, as they run for somebody who has downloaded nothing of the project.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";
import { run } from "../support/process.ts";
import { emptyDenoDir, serveProject } from "../support/served_project.ts";

const root = new URL("../..", import.meta.url);

/**
 * How each is run in few seconds, what it says, and what it leaves. In this order: the last reads what the first wrote.
 */
const EXAMPLES: { script: string; args: string[]; says: RegExp[]; leaves: string[] }[] = [
  {
    script: "train_on_a_folder.ts",
    args: ["photos", "2"],
    says: [/^40 pictures of anger, .*surprise;/, /^step 2: loss \d\.\d{3},/m, /^\d+\.\d% of 8 other pictures/m],
    leaves: ["model.onnx", "model.safetensors", "pictures.png"],
  },
  {
    script: "custom_loop.ts",
    args: ["10"],
    says: [/^step 10 {3}learning rate 0\.0\d+ {3}loss \d\.\d{3}$/m, /^\d+\.\d% right of 24 faces/m],
    leaves: ["training.svg"],
  },
  {
    script: "projections.ts",
    args: ["model.safetensors", "photos/happy/0.png"],
    says: [/^ *\d+\.\d% █+ [a-z]+$/m, /^filter \d+ answers \d+\.\d\d in row \d+, column \d+ of its map$/m],
    leaves: ["projections.png"],
  },
  {
    script: "train_a_run.ts",
    args: ["faces", "run", "4"],
    says: [
      /^Going on from step 2$/m,
      /^\d+\.\d% of 24 test images are read right by run.checkpoints.step-000004\.safetensors$/m,
    ],
    leaves: ["run"],
  },
  {
    script: "evaluate_a_run.ts",
    args: ["run"],
    says: [
      /^checkpoint 2 of 2$/m,
      /^checkpoint \d \(best accuracy on the validation images.*\): 0\.\d{3} right/m,
      /^happy +recall/m,
    ],
    leaves: [],
  },
  {
    script: "chosen_model.ts",
    args: ["run"],
    says: [/^run.checkpoints.*: the one that evaluate chose$/m, /^image \d+ is [a-z]+$/m, /^happy +0\.\d{3}$/m],
    leaves: [],
  },
  {
    script: "cross_validate.ts",
    args: ["faces", "crossval", "1"],
    says: [/^cnn-split1-seed1 done$/m, /^cnn_a +\d+\.\d% ± \d+\.\d over 2 splits$/m, /^crossval.crossval\.md$/m],
    leaves: ["crossval"],
  },
  {
    script: "action_units.ts",
    args: ["model.safetensors", "faces of many"],
    says: [
      /^conv3, \d+ [a-z ]+: filter \d+, AUC \d\.\d\d \(\d\.\d\d by chance\), p \d\.\d{4}, excites it: (true|false)$/m,
      /^ {2}its region: \d+\.\d x chance inside, found: (true|false)$/m,
      /^conv2, read-out: AUC \d\.\d\d, with random weights \d\.\d\d$/m,
    ],
    leaves: [],
  },
];
/** What is shown in few lines: a script each for what a task does with a run folder. */
const SHORT = ["train_a_run.ts", "evaluate_a_run.ts", "chosen_model.ts", "cross_validate.ts", "action_units.ts"];

/** A folder of drawn faces, a sub-folder a class. */
async function drawFaces(folder: string): Promise<void> {
  // They need sharp, which needs a permission to be imported.
  const { generateSynthetic } = await import("../../datasets/mod.ts");
  const { sharp } = await import("../../datasets/deps.ts");
  const size = 48;
  const { images, labels, classNames } = await generateSynthetic({
    subjects: 5,
    imagesPerSubject: 8,
    imageSize: size,
    seed: 2,
  });
  for (const [n, label] of labels.entries()) {
    await Deno.mkdir(join(folder, classNames[label]), { recursive: true });
    const pixels = images.subarray(n * size ** 2, (n + 1) * size ** 2);
    const picture = sharp(pixels, { raw: { width: size, height: size, channels: 1 } });
    await picture.png().toFile(join(folder, classNames[label], `${Math.floor(n / 8)}.png`)); // by the person
  }
}

/** The faces of many people, prepared, with their Action Units. */
async function prepareFaces(folder: string, imageSize: number): Promise<void> {
  const { generateSynthetic, writePrepared } = await import("../../datasets/mod.ts");
  const people = { subjects: 30, imagesPerSubject: 8, seed: 2 };
  const dataset = await generateSynthetic({ ...people, imageSize });
  await writePrepared(folder, dataset, { source: "drawn faces", ...people });
}

/** The permissions that a script's first lines name. */
async function permissions(script: string): Promise<string[]> {
  const command = /^ \* {3}deno run (.*) examples\/(\w+\.ts)( |$)/m.exec(
    await Deno.readTextFile(new URL(`examples/${script}`, root)),
  );
  assert.equal(command?.[2], script, `${script} says how it is run`);
  // In a copy of the project there is a lock file to name, and nowhere else.
  return command![1].split(" ").filter((flag) => !flag.startsWith("--lock="));
}

Deno.test({
  name: "every script of examples/ runs from an address as its first lines say",
  ignore: needs("read", "write", "ffi", "run", "env"),
  fn: (test) =>
    inTemporary(async (folder) => {
      const scripts = (await names(fileURLToPath(new URL("examples", root)))).filter((name) => name.endsWith(".ts"));
      assert.deepEqual(scripts, EXAMPLES.map(({ script }) => script).sort(), "each is run here");
      await drawFaces(join(folder, "photos"));
      await prepareFaces(join(folder, "faces"), 24);
      await prepareFaces(join(folder, "faces of many"), 48);
      await using project = await serveProject();
      const downloads = await emptyDenoDir(folder);
      for (const { script, args, says, leaves } of EXAMPLES) {
        await test.step(script, async () => {
          const before = await names(folder);
          const { code, stdout, stderr } = await run("deno", {
            args: [
              "run",
              "--quiet",
              "--no-prompt",
              ...await permissions(script),
              `--allow-import=${new URL(project.address).host}`,
              new URL(`examples/${script}`, project.address).href,
              ...args,
            ],
            cwd: folder,
            env: { XDG_RUNTIME_DIR: "/tmp", NO_COLOR: "1", DENO_DIR: downloads },
          });
          assert.equal(code, 0, stderr);
          for (const line of says) assert.match(stdout, line);
          assert.deepEqual((await names(folder)).filter((name) => !before.includes(name)), leaves);
        });
      }
    }),
});

Deno.test({
  name: "the scripts of examples/ import the entries alone, and those that do what a task does have 25 lines at most",
  ignore: needs("read"),
  async fn() {
    for (const { script } of EXAMPLES) {
      const text = await Deno.readTextFile(new URL(`examples/${script}`, root));
      const imported = Array.from(text.matchAll(/from "(.*)"/g), ([, name]) => name);
      const entries = ["../mod.ts", "../datasets/mod.ts", "../run/mod.ts"];
      assert.deepEqual(imported.filter((name) => !entries.includes(name)), [], script);
      if (SHORT.includes(script)) assert(text.trimEnd().split("\n").length <= 25, script);
    }
  },
});
