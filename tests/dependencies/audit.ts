/**
 * `deno task audit`: asks npm's registry whether any package of deno.all.lock has a known vulnerability, and fails where one has. Where the
 * registry does not answer (a mirror without that service, no network) nothing has been checked: that is said loudly, and is no failure of the
 * project.
 */
import { run } from "../support/process.ts";

const { code, stdout, stderr } = await run("deno", {
  args: ["audit", "--lock=deno.all.lock", "--ignore-registry-errors"],
  cwd: new URL("../..", import.meta.url),
  env: { NO_COLOR: "1" },
  seconds: 120,
});
const said = [stdout, stderr].map((text) => text.trim()).filter((text) => text !== "").join("\n");
console.log(said);
const isSilent = said.includes("Failed to get data from the registry");
if (isSilent) {
  console.error("WARNING: the registry's list of known vulnerabilities did not answer. NOTHING WAS AUDITED.");
}
// Words that nobody expects are no clean answer.
Deno.exit(code === 0 && !isSilent && !said.includes("No known vulnerabilities found") ? 1 : code);
