/** setup.sh on machines that are made up: deno, apt-get and the user are stand-ins. `deno task test-fresh` runs it on real bare systems. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { type Ended, run } from "../support/process.ts";

const ignore = needs("read", "write", "run") || Deno.build.os === "windows";

/** What setup.sh calls of any system, by where it is on all of them. */
const TOOLS = ["/usr/bin/dirname", "/usr/bin/uname", "/usr/bin/sed", "/usr/bin/mktemp", "/bin/rm", "/bin/cat"];

/** A machine with Deno and an adapter, and a home; stand-ins are in the words of `/bin/sh`, $calls is where they note what they were asked. */
async function setUp(
  machine: { programs?: Record<string, string>; env?: Record<string, string> },
  ...args: string[]
): Promise<Ended & { calls: string; folder: string }> {
  let result: Ended & { calls: string; folder: string } | undefined;
  await inTemporary(async (outer) => {
    const folder = await Deno.realPath(outer);
    const [programs, home, calls] = ["programs", "home", "calls"].map((name) => join(folder, name));
    for (const path of [programs, home]) await Deno.mkdir(path);
    await Deno.copyFile(new URL("../../setup.sh", import.meta.url), join(folder, "setup.sh"));
    await Deno.writeTextFile(calls, "");
    const scripts = {
      ...Object.fromEntries(TOOLS.map((path) => [path.slice(path.lastIndexOf("/") + 1), `exec ${path} "$@"`])),
      id: "echo 1000",
      deno: `[ "$1" = --version ] && echo "deno 2.9.6 (stable)" && exit
        [ "$1" = eval ] && echo ready && exit
        echo "$*, DENO_DIR=$DENO_DIR XDG_CACHE_HOME=$XDG_CACHE_HOME" >>"${calls}"`,
      ...machine.programs,
    };
    for (const [name, script] of Object.entries(scripts)) {
      await Deno.writeTextFile(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const ended = await run("/bin/sh", {
      args: [join(folder, "setup.sh"), ...args],
      cwd: folder,
      env: { PATH: programs, HOME: home, TMPDIR: folder, ...machine.env },
      clearEnv: true,
      seconds: 30,
    });
    result = { ...ended, calls: await Deno.readTextFile(calls), folder };
  });
  return result!;
}

Deno.test({
  name: "setup: a task runs with the caches that are there, and nothing is said",
  ignore,
  async fn() {
    const { code, calls, stderr } = await setUp({}, "train", "--steps", "2");
    assert.deepEqual([code, calls, stderr], [0, "task --quiet train --steps 2, DENO_DIR= XDG_CACHE_HOME=\n", ""]);
  },
});

Deno.test({
  name: "setup: it is ready only after a small training has run",
  ignore,
  async fn() {
    const { code, calls, stderr } = await setUp({});
    assert.deepEqual([code, stderr], [0, "setup: ready.\n"]);
    assert.match(calls, /^task --quiet prepare synthetic .*\ntask --quiet train .*--steps 1 .*\n$/);

    const deno = `[ "$1" = --version ] && echo "deno 2.9.6 (stable)" && exit
      [ "$1" = eval ] && echo ready && exit
      [ "$3" = train ] && echo "the last words of it" && exit 1
      exit 0`;
    const failed = await setUp({ programs: { deno } });
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /^the last words of it\nsetup: .*does not run.*deno task doctor/);
    assert.doesNotMatch(failed.stderr, /ready/);
  },
});

Deno.test({
  name: "setup: where no home can be written, downloads go into .setup, and that is said",
  ignore,
  async fn() {
    // A file is no folder to anybody, root included.
    const { code, calls, stderr, folder } = await setUp({ env: { HOME: "/dev/null" } }, "train");
    const cache = `${folder}/.setup/cache`;
    assert.equal(code, 0, stderr);
    assert.equal(calls, `task --quiet train, DENO_DIR=${cache}/deno XDG_CACHE_HOME=${cache}\n`);
    assert.match(
      stderr,
      /^setup: downloads are kept in \.setup\/cache .*export DENO_DIR="[^"]*\/\.setup\/cache\/deno"\n$/,
    );
  },
});

Deno.test({
  name: "setup: a cache that was named and cannot be written ends in a sentence",
  ignore,
  async fn() {
    const { code, calls, stderr } = await setUp({ env: { DENO_DIR: "/dev/null/deno" } }, "train");
    assert.deepEqual([code, calls], [1, ""]);
    assert.match(stderr, /^setup: DENO_DIR=\/dev\/null\/deno cannot be written, .*: name another folder\.\n$/);
  },
});

Deno.test({
  name: "setup: who may install nothing gets the one line that an administrator has to run",
  ignore,
  async fn() {
    const deno = `[ "$1" = --version ] && echo "deno 2.9.6 (stable)" && exit
      [ "$1" = eval ] && echo none`;
    const refused =
      /^setup: no WebGPU adapter answers\. .*administrator.*:\n(apt-get update && apt-get install -y .*)\n$/;
    const alone = await setUp({ programs: { deno, "apt-get": "exit 99" } }, "train");
    assert.equal(alone.code, 1);
    assert.match(alone.stderr, refused);
    // Nor does sudo help whoever it refuses.
    const asked = await setUp({ programs: { deno, "apt-get": "exit 99", sudo: "echo not you; exit 1" } }, "train");
    assert.equal(asked.code, 1);
    assert.match(
      asked.stderr,
      /\nnot you\nsetup: no WebGPU adapter answers\. [^]*\napt-get update && apt-get install -y .*\n$/,
    );
  },
});
