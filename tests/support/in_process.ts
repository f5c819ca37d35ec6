/** Runs a task in this process: its exit code, and all that it prints, whichever way it takes. */
import process from "node:process";
import { exitCodeOf } from "../../tasks/command.ts";
import type { Ended } from "./process.ts";

/**
 * Runs it to its end.
 *
 * @param work Calls the task.
 * @param seconds Fails where it takes longer: what waits for a named pipe never ends.
 */
export async function inProcess(work: () => Promise<number | void>, seconds = 120): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const { log, error } = console, { write: out } = process.stdout, { write: complaint } = process.stderr;
  const whole = Deno.stdout.write;
  const decoder = new TextDecoder();
  console.log = (...words: unknown[]) => void (said.stdout += words.join(" ") + "\n");
  console.error = (...words: unknown[]) => void (said.stderr += words.join(" ") + "\n");
  process.stdout.write = ((text: string) => Boolean(said.stdout += text)) as never;
  process.stderr.write = ((text: string) => Boolean(said.stderr += text)) as never;
  Deno.stdout.write = (bytes) => {
    said.stdout += decoder.decode(bytes, { stream: true });
    return Promise.resolve(bytes.length);
  };
  const { promise: late, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => reject(new Error(`it did not end within ${seconds} s`)), 1000 * seconds);
  try {
    const code = await Promise.race([exitCodeOf(work, []), late]);
    return { code, ...said };
  } finally {
    clearTimeout(limit);
    Object.assign(console, { log, error });
    process.stdout.write = out;
    process.stderr.write = complaint;
    Deno.stdout.write = whole;
  }
}
