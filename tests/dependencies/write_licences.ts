/**
 * `deno task licences`: writes THIRD_PARTY.md anew, from what each package of deno.all.lock states. Another system's packages are not on this
 * machine: what is listed of them already stays, and of a new one npm is asked.
 */

import { fileURLToPath } from "node:url";
import { cacheFolder, isAccepted, licenceOf, listedPackages, packagesOf, statedLicence } from "./packages.ts";
import { run } from "../support/process.ts";

const lock = JSON.parse(await Deno.readTextFile(new URL("../../deno.all.lock", import.meta.url)));
const path = new URL("../../THIRD_PARTY.md", import.meta.url);
const known = new Map(
  listedPackages(await Deno.readTextFile(path).catch(() => "")).map((
    { name, version, licence },
  ) => [`${name}@${version}`, licence]),
);
const cache = await cacheFolder();

async function askNpm(specifier: string): Promise<string> {
  const { code, stdout, stderr } = await run("npm", { args: ["view", specifier, "license", "--json"], seconds: 60 });
  if (code !== 0) throw new Error(`npm view ${specifier}: ${stderr}`);
  return licenceOf({ license: JSON.parse(stdout || "null") ?? undefined });
}

const packages = [];
for (const one of packagesOf(lock)) {
  const specifier = `${one.name}@${one.version}`;
  packages.push({
    ...one,
    licence: await statedLicence(cache, one) ?? known.get(specifier) ?? await askNpm(specifier),
  });
}
const refused = packages.filter((one) => !isAccepted(one));
if (refused.length > 0) {
  throw new Error(`not permissive: ${refused.map(({ name, licence }) => `${name} (${licence})`).join(", ")}`);
}

await Deno.writeTextFile(
  path,
  `# Third-party packages

The npm packages that \`deno.all.lock\` pins, with the licence that each states; \`deno task licences\` writes this list, a test
compares it with the lock file. None is part of this repository: Deno downloads each from npm when it is first used, and
checks it against the lock file's hash. The library entry \`mod.ts\` uses none of them.

All are under permissive licences but one: **libvips**, which decodes images for sharp, is under the LGPL, version 3 or
later. sharp brings it as a shared library of its own (\`@img/sharp-libvips-*\`, on Windows inside \`@img/sharp-win32-*\`),
unmodified, loaded at run time and replaceable by another build; only sharp's WebAssembly packages, which Deno does not
load on a system with a native one, have it linked in. libvips brings libraries of its own, listed with their licences in
that package's \`README.md\`. Whoever hands on a copy with these packages in it has to keep to the LGPL's terms for them.

\`playwright-core\` and \`onnxruntime-web\`, with what it brings, are used by tests and checks alone, never by a task.

${packages.map(({ name, version, licence }) => `- ${name}@${version}: ${licence}`).join("\n")}
`,
);
await run("deno", { args: ["fmt", "--quiet", fileURLToPath(path)] });
console.log(`THIRD_PARTY.md: ${packages.length} packages`);
