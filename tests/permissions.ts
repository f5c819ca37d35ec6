// Lets a plain `deno test` pass: a test that needs more than it was granted is ignored. `deno task test` grants everything.

/**
 * Whether any of these permissions is missing; use as `Deno.test({ ignore: needs("read", "write"), ... })`.
 *
 * @param names The kinds of permission that the test needs; "run" is all of it, because a process is killed with its group.
 * @returns True when at least one is not granted.
 */
export function needs(...names: ("read" | "write" | "env" | "ffi" | "sys" | "run")[]): boolean {
  return names.some((name) => Deno.permissions.querySync({ name }).state !== "granted");
}
