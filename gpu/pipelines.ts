/** Compiled kernels, one for each source and set of constants, kept as long as the device lives. */
import { GpuError, ShaderError } from "./errors.ts";
import { classify, type Failures } from "./failures.ts";
import type { Access, Kernel, SharedCode } from "./kernel.ts";

const LAYOUTS: Record<Access, Pick<GPUBindGroupLayoutEntry, "buffer" | "texture">> = {
  read: { buffer: { type: "read-only-storage" } },
  write: { buffer: { type: "storage" } },
  uniform: { buffer: { type: "uniform" } },
  texture: { texture: { sampleType: "unfilterable-float" } },
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

  /**
   * The pipeline of a kernel, compiled when it is first asked for; a shader that does not compile, or for which there is no memory, fails the
   * next await.
   * @throws {GpuError} for a constant that is no finite number.
   */
  get(kernel: Kernel, constants: Record<string, number>): GPUComputePipeline {
    for (const [name, value] of Object.entries(constants)) {
      if (!Number.isFinite(value)) {
        throw new GpuError(
          `kernel ${kernel.name}: constant ${name} is ${value}, expected a finite number. ` +
            "Remedy: correct the constants that prepare is given, or leave it out for its default.",
        );
      }
    }
    const files = [kernel, ...kernel.shared ?? []].map(({ name, code }) => ({ name, code: `${code.trimEnd()}\n` }));
    // On the first line, so that a compiler's lines stay those of the files.
    const enabled = (kernel.extensions ?? []).map((extension) => `enable ${extension}; `).join("");
    const code = enabled + files.map((file) => file.code).join("");
    const key = `${kernel.name}\n${JSON.stringify(constants)}\n${code}`;
    const known = this.#known.get(key);
    if (known) return known;
    const kinds = [
      ...Object.values(kernel.bindings),
      ...(Object.keys(kernel.parameters).length ? ["uniform" as const] : []),
    ];
    const ofShader = (error: { message: string }) => {
      const found = /wgsl:(\d+):\d+/.exec(error.message) ?? /:(\d+):\d+ error/.exec(error.message);
      const { file, line, noticed } = found ? placeOf(Number(found[1]), files) : {};
      const early = noticed ? `the file ends too early: noticed at ${noticed}, behind it\n` : "";
      return new ShaderError(kernel.name, line, early + error.message, file);
    };
    const forgotten = (explain: (error: { message: string }) => GpuError) => (error: { message: string }) => {
      this.#known.delete(key); // so that a second try names the line again
      return explain(error);
    };
    const pipeline = this.#failures.scoped(
      this.#device,
      {
        validation: forgotten(ofShader),
        internal: forgotten(ofShader), // a browser's driver that cannot compile a valid shader
        "out-of-memory": forgotten((error) => classify(error, `kernel ${kernel.name}`)), // no fault of the shader's
      },
      () => {
        const layout = this.#device.createBindGroupLayout({
          entries: kinds.map((kind, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, ...LAYOUTS[kind] })),
        });
        return this.#device.createComputePipeline({
          label: kernel.name,
          layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
          compute: {
            module: this.#device.createShaderModule({ label: kernel.name, code }),
            entryPoint: "main",
            constants,
          },
        });
      },
    );
    this.#known.set(key, pipeline);
    return pipeline;
  }
}

/** Where in which file a fault is that a compiler reports in a line of the joined source; and where it noticed that, if in another file. */
function placeOf(line: number, files: readonly SharedCode[]): { file: string; line: number; noticed?: string } {
  const lengths = files.map(({ code }) => code.split("\n").length - 1);
  let index = 0;
  while (index < files.length - 1 && line > lengths[index]) line -= lengths[index++];
  line = Math.min(line, lengths[index]); // what is missing at the end is reported behind it
  const { name, code } = files[index], before = files[index - 1];
  // What is missing at the end of a file is noticed at the first word of the one behind it.
  const firstWord = 1 + withoutComments(code).split("\n").findIndex((text) => text.trim() !== "");
  if (before && line <= firstWord && !isComplete(before.code)) {
    return { file: before.name, line: lengths[index - 1], noticed: `line ${line} of ${name}` };
  }
  return { file: name, line };
}

/** Whether a source ends with the end of a declaration. */
function isComplete(code: string): boolean {
  const words = withoutComments(code).trim();
  const count = (brace: string) => words.split(brace).length;
  return words === "" || (/[;}]$/.test(words) && count("{") === count("}"));
}

/** A source with the same lines, without their comments. */
function withoutComments(code: string): string {
  return code.replace(/\/\/.*|\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""));
}
