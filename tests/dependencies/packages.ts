import { run } from "../support/process.ts";
/** The packages of deno.all.lock and their licences, as each package itself states it. */

/** A package that the lock file names. */
export interface Package {
  name: string;
  version: string;
  integrity?: string;
  /** SPDX expression. */
  licence?: string;
}

/** What the lock file holds of npm. */
export interface Lock {
  specifiers: Record<string, string>;
  npm: Record<string, { integrity?: string; dependencies?: string[] }>;
}

/** Every package of a lock file, sorted, each version once. */
export function packagesOf({ npm }: Lock): Package[] {
  const found = new Map<string, Package>();
  for (const [key, { integrity }] of Object.entries(npm)) {
    // A key may end in the versions of its peers: @scope/name@1.2.3_peer@4.5.6
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
    found.set(`${name}@${version}`, { name, version, integrity });
  }
  return [...found.values()].sort((a, b) =>
    a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1
  );
}

/** Deno's folder of npm packages on this machine. */
export async function cacheFolder(): Promise<string> {
  const { stdout } = await run("deno", { args: ["info", "--json"], env: { NO_COLOR: "1" } });
  return `${JSON.parse(stdout).npmCache}/registry.npmjs.org`;
}

/** The licence that a package states in its own package.json; undefined where it is not on this machine, as another system's is not. */
export async function statedLicence(cache: string, { name, version }: Package): Promise<string | undefined> {
  const text = await Deno.readTextFile(`${cache}/${name}/${version}/package.json`).catch(() => undefined);
  return text === undefined ? undefined : licenceOf(JSON.parse(text));
}

/** The SPDX expression in a package.json; `UNKNOWN` where there is none. */
export function licenceOf({ license }: { license?: string | { type?: string } }): string {
  return (typeof license === "string" ? license : license?.type) ?? "UNKNOWN";
}

/** Licences that allow any use with no more than a notice. */
const PERMISSIVE = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "Unlicense"];
/** Packages with libvips in them, whose licence is a weak copyleft. */
const LIBVIPS = /^@img\/sharp-(libvips-[\w-]+|[\w-]*wasm32|win32-\w+)$/;

/** Whether a package may be one of ours: under permissive licences alone, or libvips as sharp brings it. */
export function isAccepted({ name, licence }: Package): boolean {
  const parts = (licence ?? "").replace(/[()]/g, "").split(/ AND /);
  return parts.every((part) => PERMISSIVE.includes(part) || part === "LGPL-3.0-or-later" && LIBVIPS.test(name));
}

/** The line of a package in THIRD_PARTY.md. */
const LINE = /^- (@?[^@\s]+)@(\S+): (.+)$/;

/** The packages that THIRD_PARTY.md lists. */
export function listedPackages(text: string): Package[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = LINE.exec(line);
    return match ? [{ name: match[1], version: match[2], licence: match[3] }] : [];
  });
}
