/** The adapter: asking for one, and what it says of itself. */
import { GpuUnavailableError } from "./errors.ts";

/** What the adapter says of itself: for run records, bug reports and the choice of kernels. */
export interface AdapterDescription {
  vendor: string;
  architecture: string;
  device: string;
  /** What the driver calls itself; for Mesa's software driver behind OpenGL, which calls itself what the one behind Vulkan does, that too. */
  description: string;
  /** True for an adapter that computes on the CPU, such as Mesa's lavapipe. */
  software: boolean;
}

const NO_ADAPTER = `No WebGPU adapter answers. Remedy:
  - on Linux install a Vulkan driver: the vendor's own, or Mesa's software driver (Debian, Ubuntu: apt-get install mesa-vulkan-drivers libvulkan1);
  - in a container pass the GPU through and set VK_DRIVER_FILES to the driver's .json file;
  - in Deno before 2.9 add --unstable-webgpu; in a browser use one with WebGPU (Chrome, Edge, Safari 26, Firefox 141 or later).`;

/** The adapter that the system offers first; where there is none, an error that names the package or flag that helps. */
export async function findAdapter(powerPreference: GPUPowerPreference): Promise<GPUAdapter> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference });
  if (!adapter) throw new GpuUnavailableError(NO_ADAPTER);
  return adapter;
}

/** Its description. */
export function describe(adapter: Pick<GPUAdapter, "info" | "features">): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter: software } = adapter.info;
  return { vendor, architecture, device, description: description + (isOpenGl(adapter) ? ", OpenGL" : ""), software };
}

/**
 * Whether this is Mesa's software driver behind OpenGL: WebGPU falls back to it where no Vulkan driver is installed. The two end in different
 * bits and share one name; only that behind Vulkan offers this feature.
 */
export function isOpenGl({ info, features }: Pick<GPUAdapter, "info" | "features">): boolean {
  return info.description.startsWith("llvmpipe") && !features.has("bgra8unorm-storage");
}
