/** Where tasks may write: asked before the work, by every task that writes where a command line says or into a run folder. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checkFolderPlace, checkPlace } from "../../tasks/place.ts";
import { needs } from "../permissions.ts";
import { inTemporary, names } from "../support/files.ts";

const ignore = needs("read", "write") || Deno.build.os === "windows";
const all = needs("read", "write", "ffi", "env", "sys") || ignore;

/** Does it while Deno answers a call otherwise. */
async function meanwhile(change: Partial<typeof Deno>, work: () => Promise<unknown>): Promise<void> {
  const before = Object.fromEntries(Object.keys(change).map((name) => [name, Deno[name as keyof typeof Deno]]));
  Object.assign(Deno, change);
  try {
    await work();
  } finally {
    Object.assign(Deno, before);
  }
}

/** Does it while nothing can be written into a folder: root may write anywhere, so that Deno has to say no. */
async function locked(folder: string, work: () => Promise<unknown>): Promise<void> {
  const { open } = Deno;
  const denied = Object.assign(new Deno.errors.PermissionDenied("Permission denied"), { code: "EACCES" });
  await meanwhile({
    open: (path, options) => String(path).startsWith(folder) ? Promise.reject(denied) : open(path, options),
  }, work);
}

Deno.test({
  name: "place: what the end needs is asked for, and all is as it was afterwards",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const file = join(folder, "a.json"), pictures = join(folder, "pictures");
      await Deno.writeTextFile(file, "words");
      await Deno.mkdir(pictures);
      const { ino } = await Deno.stat(file);
      const shut = join(folder, "shut");
      await Deno.mkdir(shut);
      for (const path of [file, join(folder, "b.json"), join(folder, "new", "deeper", "b.json")]) {
        await checkPlace("--json", path, true);
      }
      for (const path of [pictures, join(folder, "new"), join(folder, "new", "deeper")]) {
        await checkFolderPlace("--annotate", path);
      }
      const crossed = Object.assign(new Error("Invalid cross-device link"), { code: "EXDEV" });
      const refusals: [() => Promise<unknown>, RegExp][] = [
        [
          () => checkPlace("--json", join(shut, "a.json"), false),
          /^--json .*a\.json cannot be written: this user may not/,
        ],
        [() => checkPlace("--json", join(shut, "none", "a.json"), false), /^--json .* this user may not.*Remedy: /],
        [() => checkPlace("--json", join(file, "b.json"), false), /^--json .*b\.json: cannot be written/],
        [() => checkPlace("--json", join(file, "b", "c.json"), false), /^--json .*c\.json: cannot be written/],
        [
          () => checkPlace("--json", join(folder, `${"long".repeat(63)}.j`), false),
          /: cannot be written: .*name too long/,
        ],
        [() => checkPlace("--json", file, false), /the file exists/],
        [() => checkFolderPlace("--annotate", join(shut, "a")), /^--annotate .*shut\/a: cannot be made.*Remedy: /],
        [() => checkFolderPlace("--annotate", join(file, "pictures")), /^--annotate .*a\.json is no folder\. Remedy: /],
        [() => checkFolderPlace(undefined, join(file, "a", "b")), /^\/.*a\.json is no folder\. Remedy: /],
        // Another name for a file that is a mount point crosses the mount.
        [
          () => meanwhile({ link: () => Promise.reject(crossed) }, () => checkPlace("--json", file, true)),
          /^--json .*a\.json: cannot be replaced, because it is a mount point\. Remedy: /,
        ],
      ];
      await locked(shut, async () => {
        for (const [refused, message] of refusals) await assert.rejects(refused(), { message });
      });
      // Some file systems know no second name.
      const unknown = Object.assign(new Error("Operation not permitted"), { code: "EPERM" });
      await meanwhile({ link: () => Promise.reject(unknown) }, () => checkPlace("--json", file, true));
      assert.deepEqual([await names(folder), await names(pictures)], [["a.json", "pictures", "shut"], []]);
      assert.equal(await Deno.readTextFile(file), "words");
      assert.equal((await Deno.stat(file)).ino, ino);
    }),
});

/** The record of a run whose data is not there. */
const RECORD = new URL("../earlier/run/run.json", import.meta.url);

Deno.test({
  name: "place: every task asks before it reads what its work is on",
  ignore: all,
  fn: () =>
    inTemporary(async (folder) => {
      const [predict, exported, explore, report, curves, inspect, evaluate, visualize, correspond] = await Promise.all([
        import("../../tasks/predict.ts"),
        import("../../tasks/export.ts"),
        import("../../tasks/explore.ts"),
        import("../../tasks/report.ts"),
        import("../../tasks/curves.ts"),
        import("../../tasks/inspect.ts"),
        import("../../tasks/evaluate.ts"),
        import("../../tasks/visualize.ts"),
        import("../../tasks/correspond.ts"),
      ]);
      const { signal } = new AbortController();
      const run = join(folder, "run"), shut = join(folder, "shut");
      await Deno.mkdir(run);
      await Deno.mkdir(shut);
      // What stands elsewhere is not replaced by way of a link in somebody's run folder.
      const [stranger, mine] = [join(folder, "stranger"), join(folder, "mine")];
      await Deno.mkdir(join(stranger, "visualization"), { recursive: true });
      await Deno.mkdir(mine);
      await Deno.writeTextFile(join(mine, "thesis.txt"), "words");
      for (const name of ["visualization/conv3", "visualization/images", "correspondence"]) {
        await Deno.symlink(mine, join(stranger, name));
      }
      for (const name of ["visualization", "correspondence"]) await Deno.writeTextFile(join(run, name), "a file");
      await Deno.mkdir(join(run, "predictions.csv"));
      // A task that opened its run or model first would say that there is none, or no data.
      for (const one of [run, shut, stranger]) await Deno.copyFile(RECORD, join(one, "run.json"));
      const predicted = (...args: string[]) => predict.predictTask(["--model", "none", "none.png", ...args], signal);
      const asked: [string, () => Promise<unknown>, RegExp][] = [
        ["predict", () => predicted("--json", `${shut}/p.json`), /--json .*cannot be written/],
        ["predict", () => predicted("--csv", `${shut}/p.csv`), /--csv .*cannot be written/],
        ["predict", () => predicted("--annotate", `${shut}/pictures`), /--annotate .*cannot be made/],
        ["export", () => exported.exportTask(["none", "--output", `${shut}/m.onnx`]), /--output .*cannot be written/],
        [
          "explore",
          () => explore.exploreTask(["none", "--output", `${shut}/site`], signal),
          /--output .*cannot be made/,
        ],
        ["report", () => report.reportTask(["none", "--output", `${shut}/r.html`]), /--output .*cannot be written/],
        ["report", () => report.reportTask([shut]), /shut\/report\.html cannot be written/],
        ["curves", () => curves.curvesTask(["none", "--output", `${shut}/c.png`]), /--output .*cannot be written/],
        [
          "inspect",
          () => inspect.inspectTask(["none", "--contact-sheet", `${shut}/c.png`]),
          /--contact-sheet .*cannot be/,
        ],
        // What is no run is told as that.
        ["evaluate", () => evaluate.evaluateTask(["none"], signal), /none: this is not a run folder/],
        ["visualize", () => visualize.visualizeTask(["none"], signal), /none: this is not a run folder/],
        ["correspond", () => correspond.correspondTask(["none"], signal), /none: this is not a run folder/],
        ["report", () => report.reportTask(["none"]), /none: this is not a run folder/],
        ["evaluate", () => evaluate.evaluateTask([run], signal), /predictions\.csv: is no file/],
        ["evaluate", () => evaluate.evaluateTask([shut, "--on", "none"], signal), /shut.* cannot be written/],
        ["visualize", () => visualize.visualizeTask([run], signal), /run\/visualization is no folder/],
        ["visualize", () => visualize.visualizeTask([run, "--image", "0"], signal), /cannot be written/],
        ["visualize", () => visualize.visualizeTask([stranger], signal), /conv3: leads out of .*stranger.*Remedy: /],
        ["visualize", () => visualize.visualizeTask([stranger, "--image", "0"], signal), /leads out of .*stranger/],
        ["correspond", () => correspond.correspondTask([stranger], signal), /conv3: leads out of .*stranger/],
        ["correspond", () => correspond.correspondTask([run], signal), /run\/correspondence is no folder/],
      ];
      await locked(shut, async () => {
        for (const [task, work, message] of asked) await assert.rejects(work(), { message }, task);
      });
      assert.deepEqual(await names(mine), ["thesis.txt"]);
      assert.deepEqual(await names(run), ["correspondence", "predictions.csv", "run.json", "visualization"]);
    }),
});
