/** A kernel's buffers and parameters put where its shader finds them. */
import type { GpuBuffer } from "./buffer.ts";
import type { Call } from "./call.ts";
import { GpuError, ShaderError } from "./errors.ts";
import type { Failures } from "./failures.ts";
import type { Access, Kernel, KernelArguments, ParameterType } from "./kernel.ts";
import type { Memory } from "./memory.ts";

/** Buffers and parameters by name. */
type Values = Record<string, GpuBuffer | number>;

/** Binds buffers in the order of their declaration, and behind them a new uniform with the parameters, where there are any. */
export function bind<B extends Record<string, Access>, P extends Record<string, ParameterType>, C extends string>(
  { device, memory, failures }: { device: GPUDevice; memory: Memory; failures: Failures },
  kernel: Kernel<B, P, C>,
  pipeline: GPUComputePipeline,
  values: KernelArguments<B, P>,
): Pick<Call, "bindGroup" | "uniform" | "made"> {
  const bound: GpuBuffer[] = [];
  const entries: GPUBindGroupEntry[] = Object.keys(kernel.bindings).map((name, binding) => {
    const buffer = (values as Values)[name] as GpuBuffer | undefined;
    if (!buffer) throw new GpuError(`kernel ${kernel.name}: ${name} has no buffer`);
    if (buffer.disposed) throw new GpuError(`kernel ${kernel.name}: buffer ${buffer.label} (${name}) is disposed`);
    bound.push(buffer);
    if (kernel.bindings[name] !== "texture") return { binding, resource: { buffer: buffer.handle } };
    if (!buffer.texture) throw new GpuError(`kernel ${kernel.name}: buffer ${buffer.label} (${name}) has no texture`);
    return { binding, resource: buffer.texture.createView() };
  });
  const bytes = parameterBytes(kernel, values as Values);
  const made: Call["made"] = {};
  // A buffer that was refused is the cause of what its bind group lacks.
  const explain = (error: { message: string }) =>
    made.failure = bound.find(({ refusal }) => refusal)?.refusal ??
      new ShaderError(kernel.name, undefined, error.message);
  return memory.allOrNothing(() => {
    let uniform: GpuBuffer | undefined;
    if (bytes.length > 0) {
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      uniform = memory.create(`${kernel.name} parameters`, bytes.length, usage);
      memory.write(uniform, bytes, 0);
      bound.push(uniform);
      entries.push({ binding: entries.length, resource: { buffer: uniform.handle } });
    }
    const bindGroup = failures.scoped(device, { validation: explain }, () => {
      const layout = pipeline.getBindGroupLayout(0);
      return device.createBindGroup({ label: kernel.name, layout, entries });
    });
    return { bindGroup, uniform, made };
  });
}

/** Smallest and greatest value of a type. */
const RANGES: Record<ParameterType, [least: number, most: number]> = {
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
};

function parameterBytes(kernel: Pick<Kernel, "name" | "parameters">, values: Values): Uint8Array {
  const fields = Object.entries(kernel.parameters);
  const bytes = new DataView(new ArrayBuffer(fields.length * 4));
  fields.forEach(([name, type], index) => {
    const value = values[name] as number;
    const [least, most] = RANGES[type];
    if (!(value >= least && value <= most && (type === "f32" || Number.isInteger(value)))) {
      throw new GpuError(`kernel ${kernel.name}: ${name} is ${value}, expected a number of type ${type}`);
    }
    if (type === "f32") bytes.setFloat32(index * 4, value, true);
    else if (type === "i32") bytes.setInt32(index * 4, value, true);
    else bytes.setUint32(index * 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}
