/** `deno task explore` as it serves: to whom, what it says over a bare connection, and how it ends. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeModel } from "../../training/model.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { type Ended, run, type Running } from "../support/process.ts";
import { standIns } from "../support/programs.ts";
import { runTask, startTaskWith } from "../support/task.ts";
import { tinyModel as model } from "../support/tiny_model.ts";

const ignore = needs("read", "write", "env", "ffi", "run");

/** Starts it, and sees that it ends: one that cannot be stopped is killed after half a minute. */
async function running(args: string[], use: (task: Running) => Promise<void>, programs?: string): Promise<void> {
  await using task = startTaskWith({ programs, seconds: 30 }, "explore", ...args);
  await use(task);
}

/** Sends it a signal and waits for its end. */
async function end(task: Running, signal: Deno.Signal): Promise<Ended> {
  task.kill(signal);
  return await task.ended;
}

/** What comes back over bare connections. */
async function askRaw(port: string, ...requests: string[]): Promise<string[]> {
  const program = fileURLToPath(new URL("../support/ask_raw.ts", import.meta.url));
  const { stdout, stderr } = await run("deno", {
    args: ["run", "--quiet", "--no-config", "--allow-net=127.0.0.1", program, port, ...requests],
    seconds: 60,
  });
  return JSON.parse(stdout || JSON.stringify([stderr]));
}

async function withModel(use: (file: string) => Promise<void>): Promise<void> {
  await inTemporary(async (folder) => {
    const file = join(folder, "model.safetensors");
    await Deno.writeFile(file, writeModel(model));
    await use(file);
  });
}

Deno.test({
  name: "explore serves at an address that it prints, takes no port that is taken, and ends at Ctrl-C",
  ignore,
}, () =>
  withModel((file) =>
    running([file], async (task) => {
      const [, port] = await task.said(/http:\/\/127\.0\.0\.1:(\d+)\/ \(Ctrl-C ends it\)/);
      const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`;
      const [page, out, doubled, broken, still] = await askRaw(
        port,
        get("/"),
        get("/faces/../../deno.json"),
        get("/faces/../index.html/../../../deno.json"),
        get("http://[/"),
        get("/about.json"),
      );
      assert.match(page, /^HTTP\/1\.1 200 OK\r\n[\s\S]*<!doctype html>/);
      for (const answer of [out, doubled]) assert.match(answer, /^HTTP\/1\.1 404 [\s\S]*There is no such file/);
      assert.match(broken, /^HTTP\/1\.1 400 /);
      assert.match(still, /^HTTP\/1\.1 200 OK\r\n/);

      const taken = await runTask("explore", file, "--port", port);
      assert.equal(taken.code, 1);
      assert.match(taken.stderr, /error: --port \d+: cannot be listened on: .*Remedy: name another, or leave it out\./);
      const { code, stderr } = await end(task, "SIGINT");
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    })
  ));

Deno.test({ name: "explore ends at a Ctrl-C that comes before it serves", ignore }, () =>
  withModel(async (file) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await running([file], async (task) => {
        await task.said(/^model /); // the page is being made
        const { code, stderr } = await end(task, signal);
        // On a machine that is busy the signal may come when it serves already.
        assert.ok(code === 130 && stderr === "Stopped.\n" || code === 0 && stderr === "", `${code}: ${stderr}`);
      });
    }
  }));

Deno.test(
  { name: "explore --open asks the system's opener, or says which one is missing, and the address", ignore },
  () =>
    withModel(async (file) => {
      const opener = { linux: "xdg-open", darwin: "open" }[Deno.build.os as string] ?? "explorer";
      await using has = await standIns({ [opener]: `echo "$1" > "${file}.opened"` });
      await running([file, "--open"], async (task) => {
        const [, address] = await task.said(/(http:\S+) \(Ctrl-C ends it\)/);
        const opened = () => Deno.readTextFile(`${file}.opened`).catch(() => "");
        while (!task.isOver && await opened() === "") await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(await opened(), `${address}\n`);
        assert.equal((await end(task, "SIGINT")).stderr, "");
      }, has.folder);
      await using none = await standIns({});
      await running([file, "--open"], async (task) => {
        const [, program, address] = await task.said(
          /--open: this system has no (\S+)\. Remedy: open (\S+) in a browser/,
        );
        assert.equal(program, opener);
        assert.match(task.stdout, new RegExp(`page +${address} `));
        assert.equal((await end(task, "SIGTERM")).code, 0);
      }, none.folder);
    }),
);

Deno.test({ name: "a signal that was aborted before serves nothing", ignore }, async () => {
  const server = new URL("../../tasks/explore/server.ts", import.meta.url);
  const program = `import { serve } from "${server}";
    await serve(new Map(), { port: 0, signal: AbortSignal.abort() }).finished;
    console.log("ended");`;
  const { stdout } = await run("deno", { args: ["eval", "--quiet", program], seconds: 10 });
  assert.equal(stdout, "ended\n");
});

Deno.test(
  { name: "explore refuses options that do not go together before it does anything", ignore },
  () =>
    withModel(async (file) => {
      for (const option of [["--port", "80"], ["--open"]]) {
        const { code, stderr } = await runTask("explore", file, "--output", `${file}-site`, ...option);
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`'--output <dir>' cannot be used with option '${option[0]}`));
        await assert.rejects(Deno.stat(`${file}-site`));
      }
    }),
);
