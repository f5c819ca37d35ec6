/** Opens an address in the visitor's browser: the system's own program is asked, whose name `deno.json` allows and no other. */

const PROGRAMS: Partial<Record<typeof Deno.build.os, string>> = { darwin: "open", windows: "explorer" };

/**
 * Asks the system to open an address, and does not wait.
 *
 * @returns False where the system has no such program.
 */
export function openInBrowser(address: string): boolean {
  const program = PROGRAMS[Deno.build.os] ?? "xdg-open";
  try {
    new Deno.Command(program, { args: [address], stdin: "null", stdout: "null", stderr: "null" }).spawn().unref();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
