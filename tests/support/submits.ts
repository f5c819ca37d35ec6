/** What work hands to the device: command buffers and new buffers, counted. */
import type { Gpu } from "../../gpu/device.ts";

/** Does some work; `onSubmit` is called after each submit with their number so far. */
export async function counted<T>(
  gpu: Gpu,
  work: () => Promise<T>,
  onSubmit: (submits: number) => void = () => {},
): Promise<{ result: T; submits: number; buffers: number }> {
  const { device } = gpu, { queue } = device;
  const submit = queue.submit.bind(queue), createBuffer = device.createBuffer.bind(device);
  let submits = 0, buffers = 0;
  queue.submit = (commands) => {
    submit(commands);
    onSubmit(++submits);
  };
  device.createBuffer = (descriptor) => (buffers++, createBuffer(descriptor));
  try {
    return { result: await work(), submits, buffers };
  } finally {
    Object.assign(queue, { submit });
    Object.assign(device, { createBuffer });
  }
}
