/**
 * Runs every test in two processes side by side, `deno run --allow-run=deno tests/side_by_side.ts FLAGS_OF_DENO_TEST`: those that mostly wait
 * for processes which they start (tasks, kills, examples of the pages) and all others. One after the other they leave two processors nearly
 * half idle. `deno test --parallel` would fill them too, but shares one process, in which a test that measures memory sees every other.
 */

/** Folders of tests that start processes. */
const STARTERS = ["tests/tasks", "tests/soak", "tests/project"];

/** Starts `deno test`; what it prints is kept until it is asked for, however much that is, so that it never waits to be read. */
function start(...args: string[]) {
  const child = new Deno.Command("deno", { args: ["test", "--quiet", ...Deno.args, ...args], stdout: "piped" }).spawn();
  const output = child.stdout.pipeThrough(new TransformStream({}, undefined, { highWaterMark: Infinity }));
  return { output, status: child.status };
}

const runs = [start(`--ignore=${STARTERS}`), start(...STARTERS)];
for (const { output } of runs) await output.pipeTo(Deno.stdout.writable, { preventClose: true });
const codes = (await Promise.all(runs.map(({ status }) => status))).map(({ code }) => code);
Deno.exit(codes.includes(1) ? 1 : Math.max(...codes));
