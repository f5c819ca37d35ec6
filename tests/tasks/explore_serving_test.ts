/** `deno task explore` as it serves: to whom, what it says over a bare connection, and how it ends. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeModel } from "../../training/model.ts";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { runTask, startTask } from "../support/task.ts";
import { tinyModel as model } from "../support/tiny_model.ts";

const ignore = needs("read", "write", "env", "ffi", "run");

/** A task that runs: what it has said until a line fits, and how it ends after a signal. */
interface Running {
  said(line: RegExp): Promise<string>;
  end(signal: Deno.Signal): Promise<{ code: number; stderr: string }>;
}

/** Starts it, and sees that it ends: one that cannot be stopped is killed after half a minute. */
async function running(args: string[], use: (task: Running) => Promise<void>): Promise<void> {
  const child = startTask("explore", ...args);
  const patience = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const stderr = new Response(child.stderr).text();
  const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    await use({
      async said(line) {
        for (;;) {
          if (line.test(text)) return text;
          const { value, done } = await out.read();
          if (done) throw new Error(`it ended without ${line}: ${text}${await stderr}`);
          text += value;
        }
      },
      async end(signal) {
        child.kill(signal);
        const { code } = await child.status;
        return { code, stderr: await stderr };
      },
    });
  } finally {
    await child.status.then(() => {}, () => {});
    clearTimeout(patience);
    await out.cancel();
    await stderr;
  }
}

/** What comes back over bare connections. */
async function askRaw(port: string, ...requests: string[]): Promise<string[]> {
  const program = fileURLToPath(new URL("../support/ask_raw.ts", import.meta.url));
  const { stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "--quiet", "--no-config", "--allow-net=127.0.0.1", program, port, ...requests],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout) || `["${new TextDecoder().decode(stderr)}"]`);
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
    running([file], async ({ said, end }) => {
      const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\/ \(Ctrl-C ends it\)/.exec(await said(/Ctrl-C ends it/))!;
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
      const ended = await end("SIGINT");
      assert.deepEqual(ended, { code: 0, stderr: "" });
    })
  ));

Deno.test({ name: "explore ends at a Ctrl-C that comes before it serves", ignore }, () =>
  withModel(async (file) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await running([file], async ({ said, end }) => {
        await said(/^model /); // the page is being made
        const { code, stderr } = await end(signal);
        // On a machine that is busy the signal may come when it serves already.
        assert.ok(code === 130 && stderr === "Stopped.\n" || code === 0 && stderr === "", `${code}: ${stderr}`);
      });
    }
  }));

Deno.test({ name: "a signal that was aborted before serves nothing", ignore }, async () => {
  const server = new URL("../../tasks/explore/server.ts", import.meta.url);
  const program = `import { serve } from "${server}";
    await serve(new Map(), { port: 0, signal: AbortSignal.abort() }).finished;
    console.log("ended");`;
  const child = new Deno.Command("deno", { args: ["eval", "--quiet", program], stdout: "piped" }).spawn();
  const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const { stdout } = await child.output();
  clearTimeout(patience);
  assert.equal(new TextDecoder().decode(stdout), "ended\n");
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
