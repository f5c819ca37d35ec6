/** What a measurement was taken on: the processor with the vector instructions that decide a software adapter's speed, and Mesa's version. */

/** The machine, as far as it says. */
export interface Machine {
  /** The processor's name; empty where the system does not say. */
  processor: string;
  /** Processors that the process may use. */
  processors: number;
  /** Those of {@linkcode VECTORS} that it has. */
  vectors: string[];
  /** Mesa's version, such as `"22.3.6"`, where one of its drivers is loaded. */
  mesa: string | null;
}

/** Vector instructions, as Linux names them. Mesa's software driver is several times slower in places without AVX-512. */
export const VECTORS = ["sse4_2", "avx", "avx2", "fma", "avx512f", "avx512vl", "neon", "asimd", "sve"] as const;

/**
 * Describes the machine. Call it after the adapter was opened: the driver is found among what the process has loaded.
 *
 * @param read The text of a file; nothing where it cannot be read.
 * @param bytes Its bytes; likewise.
 */
export function describeMachine(
  read: (path: string) => string | undefined = readProc,
  bytes: (path: string) => Uint8Array | undefined = readBytes,
): Machine {
  const about = read("/proc/cpuinfo") ?? "";
  const field = (name: RegExp) => new RegExp(`^(?:${name.source})\\s*:\\s*(.*)$`, "m").exec(about)?.[1].trim() ?? "";
  const flags = new Set(field(/flags|Features/).split(" "));
  const driver = /\/\S*libvulkan_\S*\.so\S*/.exec(read(`/proc/${Deno.pid}/maps`) ?? "")?.[0];
  const library = driver && bytes(driver);
  const text = library ? new TextDecoder("latin1").decode(library) : "";
  return {
    processor: field(/model name/),
    processors: navigator.hardwareConcurrency,
    vectors: VECTORS.filter((name) => flags.has(name)),
    mesa: /Mesa (\d+\.\d+\.\d+)/.exec(text)?.[1] ?? null,
  };
}

/** The machine in a line. */
export function machineLine({ processor, processors, vectors, mesa }: Machine): string {
  const parts = [
    `${processor || "a processor without a name"}, ${processors} used`,
    vectors.length > 0 ? vectors.join(" ") : "vector instructions unknown",
    mesa === null ? "no Mesa" : `Mesa ${mesa}`,
  ];
  return parts.join("; ");
}

/** A file of the system: Deno itself reads those for nobody who has not all permissions, and benchmarks have that of starting programs. */
function readProc(path: string): string | undefined {
  try {
    const { success, stdout } = new Deno.Command("cat", { args: [path], stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined; // a system without it
  }
}

function readBytes(path: string): Uint8Array | undefined {
  try {
    return Deno.readFileSync(path);
  } catch {
    return undefined;
  }
}
