/**
 * `deno task doctor [--json]`: what this machine offers and what is missing, as a bug report needs it. Exits with 1 where
 * no WebGPU adapter answers.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import datasetsDeps from "../datasets/deps.ts" with { type: "text" };
import picturesDeps from "../pictures/deps.ts" with { type: "text" };
import tasksDeps from "./deps.ts" with { type: "text" };
import { describe, isOpenGl } from "../gpu/adapter.ts";
import { FONT, NO_FONT } from "../pictures/charts/font.ts";
import { taskCall, typedArguments } from "./invocation.ts";
import { complain, printWhole, say } from "./terminal.ts";
import { jsonText } from "../formats/json.ts";

/** One named group of facts; nothing where the machine has none to tell. */
type Facts = Record<string, string | number | boolean | string[]>;

/** Everything that is found out. */
interface Report {
  versions: Facts;
  system: Facts;
  adapter: Facts | null;
  limits: Facts | null;
  drivers: Facts;
  packages: Facts;
  /** What is wrong and what helps, one sentence each; empty where all is well. */
  remedies: string[];
}

/** The limits that decide whether and how fast the network trains here. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxUniformBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const;

const ICD_FOLDERS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const FONT_FOLDERS = ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:\\Windows\\Fonts"];

async function examine(): Promise<Report> {
  const remedies: string[] = [];
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? null;
  const icd = Deno.build.os === "linux" ? ICD_FOLDERS.flatMap((folder) => filesIn(folder, /\.json$/, 0)) : [];
  const fonts = FONT_FOLDERS.flatMap((folder) => filesIn(folder, new RegExp(`^${FONT.replace(" ", "")}\\.`), 4));

  if (adapter === null) {
    remedies.push(
      "No WebGPU adapter answers. Run `sh setup.sh`, or install the GPU's Vulkan driver or Mesa's software driver " +
        "(Debian: apt-get install mesa-vulkan-drivers libvulkan1).",
    );
  }
  if (adapter && isOpenGl(adapter)) {
    remedies.push(
      "Mesa's software driver answers through OpenGL: no Vulkan driver was found. All works, but a program stands still while it computes " +
        "(Ctrl-C is heard late), and a run ends in other bits than behind Vulkan " +
        "(Debian: apt-get install mesa-vulkan-drivers libvulkan1).",
    );
  }
  // Windows and macOS have fonts of their own, which stand in.
  if (fonts.length === 0 && Deno.build.os === "linux") {
    remedies.push(NO_FONT);
  }
  return {
    versions: { aulens: config.version, ...Deno.version },
    system: {
      os: Deno.build.os,
      release: Deno.osRelease(),
      architecture: Deno.build.arch,
      processors: navigator.hardwareConcurrency,
    },
    adapter: adapter && {
      vendor: adapter.info.vendor,
      architecture: adapter.info.architecture,
      device: adapter.info.device,
      description: describe(adapter).description,
      isFallbackAdapter: adapter.info.isFallbackAdapter,
      features: [...adapter.features].sort(),
    },
    limits: adapter && Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    drivers: { vulkan: icd, font: fonts },
    packages: pinned(tasksDeps + picturesDeps + datasetsDeps),
    remedies,
  };
}

/** The paths of the files in a folder whose names match, down to some depth; none where it cannot be read. */
function filesIn(folder: string, name: RegExp, depth: number): string[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) return depth > 0 ? filesIn(path, name, depth - 1) : [];
      return name.test(entry.name) ? [path + readable(path)] : [];
    }).sort();
  } catch {
    return [];
  }
}

function readable(path: string): string {
  try {
    Deno.openSync(path).close();
    return "";
  } catch {
    return " (not readable)";
  }
}

/** Names and versions of the npm packages that a source file imports. */
function pinned(source: string): Facts {
  const specifiers = [...source.matchAll(/["']npm:((?:@[^/"']+\/)?[^@"'/]+)@([^"'/]+)/g)];
  return Object.fromEntries(specifiers.map(([, name, version]) => [name, version]).sort());
}

/** The report as aligned text. */
function format(report: Report): string {
  const { remedies, ...groups } = report;
  const blocks = Object.entries(groups).map(([title, facts]) => {
    const rows = Object.entries(facts ?? { none: "" });
    const width = Math.max(...rows.map(([name]) => name.length));
    const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${text(name, value, width)}`.trimEnd());
    return [title, ...lines].join("\n");
  });
  return [...blocks, remedies.length ? remedies.join("\n") : "All is well."].join("\n\n");
}

function text(name: string, value: Facts[string], width: number): string {
  if (Array.isArray(value)) return value.length ? value.join(`\n${" ".repeat(width + 4)}`) : "none found";
  if (typeof value === "number" && /Size$/.test(name) && value >= 1024) return `${value}  (${bytes(value)})`;
  return String(value) || "not said";
}

function bytes(count: number): string {
  const power = Math.min(3, Math.floor(Math.log2(count) / 10));
  return `${Number((count / 1024 ** power).toFixed(1))} ${["B", "KiB", "MiB", "GiB"][power]}`;
}

if (import.meta.main) {
  if (typedArguments.some((argument) => argument === "--help" || argument === "-h")) {
    say(
      "Usage: doctor [--json]",
      "",
      "Says what a bug report needs: adapter, limits, driver, versions; --json for a program.",
    );
    Deno.exit(0);
  }
  const unknown = typedArguments.filter((argument) => argument !== "--json");
  if (unknown.length > 0) {
    complain(`doctor: ${unknown.join(" ")}: not an option; usage: ${taskCall("doctor [--json]")}`);
    Deno.exit(2);
  }
  const report = await examine();
  if (typedArguments.includes("--json")) await printWhole(jsonText(report));
  else say(...format(report).split("\n"));
  if (report.adapter === null) Deno.exitCode = 1;
}
