/** What the project depends on: pinned exactly, with integrity, frozen, under licences that are listed, audited. */

import assert from "node:assert/strict";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { cacheFolder, isAccepted, listedPackages, packagesOf, statedLicence } from "./packages.ts";
import { run, start } from "../support/process.ts";

const ignore = needs("read", "write", "run");
const root = new URL("../..", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

Deno.test(
  { name: "dependencies: every package is named with its exact version, and locked with a hash", ignore },
  async () => {
    const lock = JSON.parse(await read("deno.all.lock"));
    assert.deepEqual(Object.keys(lock).sort(), ["npm", "specifiers", "version"], "npm's packages and nothing else");
    for (const [specifier, version] of Object.entries<string>(lock.specifiers)) {
      assert.match(specifier, /^npm:(@[\w-]+\/)?[\w-]+@\d+\.\d+\.\d+$/);
      assert.equal(version.split("_")[0], specifier.slice(specifier.lastIndexOf("@") + 1));
    }
    const packages = packagesOf(lock);
    assert(packages.length > 100, `${packages.length} packages`);
    for (const { name, version, integrity } of packages) {
      assert.match(version, /^\d+\.\d+\.\d+/, name);
      assert.match(integrity ?? "none", /^sha512-[A-Za-z0-9+/]{86}==$/, name);
    }
  },
);

Deno.test({
  name: "dependencies: THIRD_PARTY.md lists the lock file's packages with the licences they state, all accepted",
  ignore,
}, async () => {
  const packages = packagesOf(JSON.parse(await read("deno.all.lock")));
  const listed = listedPackages(await read("THIRD_PARTY.md"));
  const names = (list: { name: string; version: string }[]) => list.map(({ name, version }) => `${name}@${version}`);
  assert.deepEqual(names(listed), names(packages), "deno task licences writes the list anew");
  const cache = await cacheFolder();
  await run("deno", { args: ["cache", "--quiet", "--lock=deno.all.lock", "tasks/train.ts"], cwd: root }); // what a machine has at least
  let stated = 0;
  for (const one of listed) {
    assert(isAccepted(one), `${one.name}: ${one.licence}`);
    const licence = await statedLicence(cache, one);
    if (licence === undefined) continue; // another system's, or not downloaded
    assert.equal(one.licence, licence, one.name);
    stated++;
  }
  assert(stated > 5, `${stated} packages are on this machine`);
});

// `deno task` downloads all of deno.lock before it starts anything.
Deno.test({ name: "dependencies: deno.lock is a part of deno.all.lock, and a small one", ignore }, async () => {
  const [part, all] = await Promise.all(
    ["deno.lock", "deno.all.lock"].map(async (path) => JSON.parse(await read(path))),
  );
  const extra = (key: "specifiers" | "npm") =>
    Object.entries(part[key]).filter(([name, value]) => JSON.stringify(all[key][name]) !== JSON.stringify(value));
  assert.deepEqual([...extra("specifiers"), ...extra("npm")], []);
  assert.deepEqual(
    Object.keys(part.specifiers).map((specifier) => specifier.replace(/^npm:|@[\d.]+$/g, "")),
    ["cli-progress", "commander", "sharp"],
  );
});

Deno.test("dependencies: what is not permissive is not accepted", () => {
  const accepted = (name: string, licence?: string) => isAccepted({ name, version: "1.0.0", licence });
  assert(accepted("a", "MIT") && accepted("a", "(Apache-2.0 AND MIT)"));
  assert(accepted("@img/sharp-libvips-linux-x64", "LGPL-3.0-or-later"));
  for (const licence of ["GPL-3.0", "LGPL-3.0-or-later", "UNLICENSED", "UNKNOWN", "MIT AND GPL-2.0", "", undefined]) {
    assert(!accepted("a", licence), `${licence}`);
  }
  assert(!accepted("@img/sharp-libvips-linux-x64", "GPL-3.0"));
});

Deno.test(
  { name: "dependencies: a lock file that would have to change is refused, not changed", ignore },
  () =>
    inTemporary(async (folder) => {
      const config = JSON.parse(await read("deno.json"));
      assert.deepEqual(config.lock, { path: "deno.lock", frozen: true });
      const lock = JSON.parse(await read("deno.lock"));
      const withSpecifiers = async (specifiers: unknown) => {
        const text = JSON.stringify({ ...lock, specifiers });
        await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ lock: config.lock }));
        await Deno.writeTextFile(`${folder}/deno.lock`, text);
        await Deno.writeTextFile(`${folder}/main.ts`, 'import "npm:commander@15.0.0";');
        const { code, stderr } = await run("deno", { args: ["run", "main.ts"], cwd: folder });
        assert.equal(await Deno.readTextFile(`${folder}/deno.lock`), text);
        return { code, stderr };
      };
      assert.equal((await withSpecifiers(lock.specifiers)).code, 0);
      const { code, stderr } = await withSpecifiers({});
      assert.equal(code, 1);
      assert.match(stderr, /lockfile is out of date/i);
    }),
);

Deno.test({
  name: "dependencies: the audit fails for a vulnerability, passes for none, and says so where nobody answers",
  ignore,
}, async () => {
  const audit = async (registry: string) => {
    const { code, stdout, stderr } = await run("deno", {
      args: ["run", "--quiet", "--no-prompt", "--allow-run", new URL("audit.ts", import.meta.url).href],
      env: { NPM_CONFIG_REGISTRY: registry },
    });
    return { code, said: stdout + stderr };
  };
  const answers: Record<string, Awaited<ReturnType<typeof audit>>> = {};
  for (const kind of ["vulnerable", "clean"]) {
    await using stub = start("deno", {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-net=127.0.0.1",
        new URL("stub_registry.ts", import.meta.url).href,
        kind,
      ],
    });
    const [port] = await stub.said(/\d+(?=\n)/);
    answers[kind] = await audit(`http://127.0.0.1:${port}`);
  }
  assert.equal(answers.vulnerable.code, 1, answers.vulnerable.said);
  assert.match(answers.vulnerable.said, /made up for a test/);
  assert.equal(answers.clean.code, 0, answers.clean.said);
  assert.doesNotMatch(answers.clean.said, /WARNING/);
  const silent = await audit("http://127.0.0.1:1");
  assert.equal(silent.code, 0, silent.said);
  assert.match(silent.said, /NOTHING WAS AUDITED/);
});
