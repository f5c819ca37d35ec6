/** Opens an address in the visitor's browser: the system's own program is asked, whose name `deno.json` allows and no other. */
import { UsageError } from "../command.ts";

const PROGRAMS: Partial<Record<typeof Deno.build.os, string>> = {
  darwin: "open",
  windows: "explorer",
};

/**
 * Asks the system to open an address.
 *
 * @throws {UsageError} where its program is not there.
 */
export async function openInBrowser(address: string): Promise<void> {
  const program = PROGRAMS[Deno.build.os] ?? "xdg-open";
  try {
    await new Deno.Command(program, { args: [address], stdin: "null", stdout: "null", stderr: "null" }).output();
  } catch (error) {
    throw new UsageError(`--open: ${program} does not start: ${(error as Error).message}. Remedy: open ${address}`);
  }
}
