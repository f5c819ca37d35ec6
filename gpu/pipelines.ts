/** Compiled kernels, one for each source and set of constants, kept as long as the device lives. */
import { ShaderError } from "./errors.ts";
import type { Failures } from "./failures.ts";
import type { Access, Kernel, SharedCode } from "./kernel.ts";

const TYPES: Record<Access, GPUBufferBindingType> = {
  read: "read-only-storage",
  write: "storage",
  uniform: "uniform",
};

/** The pipelines of one device. */
export class Pipelines {
  #device: GPUDevice;
  #failures: Failures;
  #known = new Map<string, GPUComputePipeline>();

  /** None is compiled yet. */
  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
  }

  /** The pipeline of a kernel, compiled when it is first asked for; a shader that does not compile fails the next await. */
  get(kernel: Kernel, constants: Record<string, number>): GPUComputePipeline {
    const files = [kernel, ...kernel.shared ?? []].map(({ name, code }) => ({ name, code: `${code.trimEnd()}\n` }));
    const code = files.map((file) => file.code).join("");
    const key = `${kernel.name}\n${JSON.stringify(constants)}\n${code}`;
    const known = this.#known.get(key);
    if (known) return known;
    // A browser's driver that cannot compile a valid shader reports an internal error.
    const scopes = ["validation", "internal", "out-of-memory"] as const;
    for (const scope of scopes) this.#device.pushErrorScope(scope);
    const kinds = [
      ...Object.values(kernel.bindings),
      ...(Object.keys(kernel.parameters).length ? ["uniform" as const] : []),
    ];
    const layout = this.#device.createBindGroupLayout({
      entries: kinds.map((kind, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: TYPES[kind] },
      })),
    });
    const pipeline = this.#device.createComputePipeline({
      label: kernel.name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: this.#device.createShaderModule({ label: kernel.name, code }),
        entryPoint: "main",
        constants,
      },
    });
    const explain = (error: { message: string }) => {
      this.#known.delete(key); // so that a second try names the line again
      const found = /wgsl:(\d+):\d+/.exec(error.message) ?? /:(\d+):\d+ error/.exec(error.message);
      const { file, line } = found ? placeOf(Number(found[1]), files) : {};
      return new ShaderError(kernel.name, line, error.message, file);
    };
    for (const _ of scopes) this.#failures.watch(this.#device.popErrorScope(), explain);
    this.#known.set(key, pipeline);
    return pipeline;
  }
}

/** Which file a line of the joined source is from, and which line of it. */
function placeOf(line: number, files: readonly SharedCode[]): { file: string; line: number } {
  for (const { name, code } of files) {
    const lines = code.split("\n").length - 1;
    if (line <= lines) return { file: name, line };
    line -= lines;
  }
  return { file: files[0].name, line };
}
