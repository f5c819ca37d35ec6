/** `deno task explore [RUN|FILE]`: a page on this machine where a photograph or a camera meets a model, or the same page as files for any host. */
import { dirname, join } from "node:path";
import { writeWholeFolder } from "../datasets/prepared/whole_folder.ts";
import { INTERRUPTED, runTask, stopSignal, UsageError, wholeNumber } from "./command.ts";
import { Command, Option } from "./deps.ts";
import { newestRun } from "./explore/newest_run.ts";
import { openInBrowser } from "./explore/open.ts";
import { serve, type Serving } from "./explore/server.ts";
import type { Site } from "./explore/site/file.ts";
import { makeSite } from "./explore/site/site.ts";
import { defaultPath, home, taskCall } from "./invocation.ts";
import { checkFolderPlace } from "./place.ts";
import { checkEmpty } from "./predict/outputs.ts";
import { modelNotes, NOTICE } from "./predict/notes.ts";
import { withCount } from "./progress.ts";
import { loadModel } from "../run/model.ts";
import { plain } from "../run/words.ts";
import { complain, say } from "./terminal.ts";

interface Arguments {
  port?: number;
  open?: boolean;
  output?: string;
}

/** Does what a command line says, and returns the exit code. */
export async function exploreTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const command = new Command("explore")
    .description(
      "Serves a page to browsers on this machine: a photograph or the camera, what the model reads in a face, and why. The browser computes; " +
        "nothing leaves the machine.",
    )
    .argument("[model]", `run folder, or model file (default: the newest run under ${defaultPath("runs")})`)
    .option("--port <n>", "port on 127.0.0.1 (default: a free one)", wholeNumber(0, 65535))
    .option("--open", "open the page in the browser")
    .addOption(
      new Option("--output <dir>", "write the page as files for any web host instead of serving it")
        .conflicts(["port", "open"]),
    )
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("explore --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  const options = command.opts<Arguments>();
  try {
    return await explore(command.args[0], options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    complain(options.output === undefined ? "Stopped." : "Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

async function explore(
  named: string | undefined,
  { port = 0, open, output }: Arguments,
  signal: AbortSignal,
): Promise<number> {
  const check = async () => output === undefined ? undefined : await checkEmpty("--output", output);
  await check();
  if (output !== undefined) await checkFolderPlace("--output", output);
  const path = named ?? await newestRun(defaultPath("runs"));
  const loaded = await loadModel(path, { home: home() });
  say(`model           ${plain(loaded.path)}: ${loaded.rule}`);
  for (const note of [...modelNotes(loaded.model.info), NOTICE]) say(`                ${plain(note)}`);
  const isRun = (await Deno.stat(path)).isDirectory;
  const site = await makeSite(loaded, isRun ? path : undefined);
  if (output !== undefined) {
    const bytes = await writeSite(site, output, { signal, check });
    say(`page            ${plain(output)}: ${site.size} files, ${(bytes / 1e6).toFixed(1)} MB`);
    return 0;
  }
  signal.throwIfAborted();
  const { address, finished } = serveOn(site, port, signal);
  say(`page            ${address} (Ctrl-C ends it)`);
  const missing = open ? openInBrowser(address) : undefined;
  if (missing) complain(`--open: this system has no ${missing}. Remedy: open ${address} in a browser yourself.`);
  await finished;
  return 0;
}

function serveOn(site: Site, port: number, signal: AbortSignal): Serving {
  try {
    return serve(site, { port, signal });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new UsageError(
      `--port ${port}: cannot be listened on: ${error.message}. Remedy: name another, or leave it out.`,
    );
  }
}

/** Writes all files, whole or not at all; returns their bytes. */
function writeSite(
  site: Site,
  output: string,
  options: { signal: AbortSignal; check: () => Promise<void> },
): Promise<number> {
  return writeWholeFolder(output, (partial) =>
    withCount("file", async (onProgress) => {
      let bytes = 0, done = 0;
      for (const [name, file] of site) {
        options.signal.throwIfAborted();
        const content = await file.read();
        const path = join(partial, name);
        await Deno.mkdir(dirname(path), { recursive: true });
        await Deno.writeFile(path, content);
        bytes += content.length;
        onProgress(++done, site.size);
      }
      return bytes;
    }), options);
}

if (import.meta.main) await runTask((args) => exploreTask(args));
