/** Compiled kernels, one for each source and set of constants, kept as long as the device lives. */
import { ShaderError } from "./errors.ts";
import type { Failures } from "./failures.ts";
import type { Access, Kernel } from "./kernel.ts";

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
    const key = `${kernel.name}\n${JSON.stringify(constants)}\n${kernel.code}`;
    const known = this.#known.get(key);
    if (known) return known;
    this.#device.pushErrorScope("validation");
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
        module: this.#device.createShaderModule({ label: kernel.name, code: kernel.code }),
        entryPoint: "main",
        constants,
      },
    });
    this.#failures.watch(this.#device.popErrorScope(), (error) => {
      this.#known.delete(key); // so that a second try names the line again
      const line = /wgsl:(\d+):\d+/.exec(error.message) ?? /:(\d+):\d+ error/.exec(error.message);
      return new ShaderError(kernel.name, line ? Number(line[1]) : undefined, error.message);
    });
    this.#known.set(key, pipeline);
    return pipeline;
  }
}
