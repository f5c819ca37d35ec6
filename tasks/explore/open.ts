/** Opens an address in the visitor's browser: the system's own program is asked, whose name `deno.json` allows and no other. */

const PROGRAMS: Partial<Record<typeof Deno.build.os, string>> = { darwin: "open", windows: "explorer" };

/**
 * Asks the system to open an address, and does not wait. Deno looks for the program before it looks at the permission, so that a missing
 * program is reported as missing even where it could not be started either.
 *
 * @returns Undefined if it was asked, otherwise the name of the program that this system does not have.
 * @throws {Deno.errors.NotCapable} if the program is there and may not be started.
 */
export function openInBrowser(address: string): string | undefined {
  const program = PROGRAMS[Deno.build.os] ?? "xdg-open";
  try {
    new Deno.Command(program, { args: [address], stdin: "null", stdout: "null", stderr: "null" }).spawn().unref();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return program;
    throw error;
  }
}
