/** Checkpoints: a network with its momentum, step and settings as safetensors bytes, and back. Equal training gives equal bytes. */
import { CONVOLUTION_METHODS } from "../kernels/convolution/mod.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { kind, oneOf, type Schema, TABLE, table, whole } from "../formats/schema.ts";
import { formatFault, formatText } from "../formats/version.ts";
import { elements, type ParameterName, parameterShapes } from "../network/parameters.ts";
import { excerpt, printable } from "../datasets/printable.ts";
import { readSafetensors, type SafetensorsFile, writeSafetensors } from "../network/safetensors.ts";
import type { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { type TrainingSettings, trainingSettings } from "./options.ts";

const FORMAT = { name: "aulens checkpoint", version: 1 };

/** What a checkpoint says of the run that wrote it: all that changes numbers, and nothing else. */
export interface CheckpointInfo {
  /** Updates done. */
  step: number;
  imageSize: number;
  classNames: string[];
  /** Seed of the initial weights. */
  networkSeed: number;
  initialScale: number;
  convolution: string;
  /** Name and fingerprint of the data. */
  dataset: string;
  fingerprint: string;
  /** The adapter that computed it: another one may differ in the last bits. */
  adapter: string;
  settings: TrainingSettings;
}

const WORD = whole(0, 2 ** 32 - 1);
const WORDS = kind<string>("text", (value) => typeof value === "string");
/** What a file has to say: the same as `CheckpointInfo`, or it does not compile; `trainingSettings` checks the settings. */
const INFO: Schema<CheckpointInfo> = table({
  step: WORD,
  imageSize: kind<number>(
    "a multiple of 8 from 8",
    (value) => !WORD.fault(value) && Number(value) >= 8 && Number(value) % 8 === 0,
  ),
  classNames: kind<string[]>(
    "2 names or more",
    (value) => Array.isArray(value) && value.length >= 2 && value.every((name) => !WORDS.fault(name)),
  ),
  networkSeed: WORD,
  initialScale: kind<number>("a number above 0", (value) => typeof value === "number" && value > 0),
  convolution: oneOf(CONVOLUTION_METHODS),
  dataset: WORDS,
  fingerprint: WORDS,
  adapter: WORDS,
  settings: kind<TrainingSettings>("a table", (value) => !TABLE.fault(value)),
});

/**
 * A checkpoint or run that does not fit what was asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { CheckpointError } from "./checkpoint.ts";
 * assert.equal(new CheckpointError("seed is 1, asked for 2").name, "CheckpointError");
 * ```
 */
export class CheckpointError extends Error {
  override name = "CheckpointError";

  /** @param message what is wrong, the value, what was expected */
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** What a checkpoint of this network, data and settings says. */
export function checkpointInfo(
  net: ZeroBiasCnn,
  dataset: Pick<Dataset, "name" | "classNames" | "fingerprint">,
  settings: TrainingSettings,
): CheckpointInfo {
  return {
    step: net.step,
    imageSize: net.imageSize,
    classNames: dataset.classNames,
    networkSeed: net.seed,
    initialScale: net.initialScale,
    convolution: net.sizes.convolution,
    dataset: dataset.name,
    fingerprint: dataset.fingerprint,
    adapter: net.gpu.adapter.description,
    settings,
  };
}

/**
 * A network's checkpoint as safetensors: PyTorch's names and shapes, `momentum.` before the momentum's.
 *
 * @throws {GpuError} when the GPU reports any failure.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { readCheckpoint, restore, writeCheckpoint } from "./checkpoint.ts";
 * import { trainingSettings } from "./options.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * net.step = 5;
 * const data = { name: "example", classNames: ["dark", "light"], fingerprint: "" };
 * const bytes = await writeCheckpoint(net, data, trainingSettings({}, 1));
 * using other = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 2 });
 * await restore(other, readCheckpoint(bytes));
 * assert.equal(other.step, 5);
 * ```
 */
export async function writeCheckpoint(
  net: ZeroBiasCnn,
  dataset: Pick<Dataset, "name" | "classNames" | "fingerprint">,
  settings: TrainingSettings,
): Promise<Uint8Array> {
  const shapes = parameterShapes(net.classes);
  const tensors: Record<string, { shape: number[]; data: Float32Array }> = {};
  for (const [name, data] of Object.entries(await net.parameters())) {
    tensors[name] = { shape: shapes[name as ParameterName], data };
  }
  for (const [name, data] of Object.entries(await net.momentum())) {
    tensors[`momentum.${name}`] = { shape: shapes[name as ParameterName], data };
  }
  const info = checkpointInfo(net, dataset, settings);
  return writeSafetensors(tensors, { format: formatText(FORMAT), info: JSON.stringify(info) });
}

/** A checkpoint's contents, checked. */
export interface Checkpoint {
  info: CheckpointInfo;
  parameters: Record<string, Float32Array>;
  momentum: Record<string, Float32Array>;
}

/**
 * Reads a checkpoint's bytes.
 *
 * @throws {SafetensorsError} for bytes that are no safetensors file.
 * @throws {CheckpointError} for one that is no checkpoint: a tensor or a field missing, of another shape or type, or not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeSafetensors } from "../network/safetensors.ts";
 * import { readCheckpoint } from "./checkpoint.ts";
 * assert.throws(() => readCheckpoint(writeSafetensors({})), /is not a checkpoint/);
 * ```
 */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  return checkpointOf(readSafetensors(bytes));
}

/** The checkpoint in a safetensors file that is read already. Throws as `readCheckpoint` does. */
export function checkpointOf(file: SafetensorsFile): Checkpoint {
  const fault = formatFault(file.metadata.format, FORMAT);
  if (fault) {
    throw new CheckpointError(
      fault.isLater
        ? `the checkpoint cannot be read: ${fault.message}`
        : `this safetensors file is not a checkpoint: ${fault.message}`,
    );
  }
  const info = readInfo(file.metadata.info);
  const parameters: Record<string, Float32Array> = {};
  const momentum: Record<string, Float32Array> = {};
  for (const [name, shape] of Object.entries(parameterShapes(info.classNames.length))) {
    parameters[name] = tensor(file, name, shape);
    momentum[name] = tensor(file, `momentum.${name}`, shape);
  }
  return { info, parameters, momentum };
}

/**
 * Puts a checkpoint's parameters, momentum and step into a network of its sizes.
 *
 * @throws {CheckpointError} for a network of another image size or class count.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { readCheckpoint, restore, writeCheckpoint } from "./checkpoint.ts";
 * import { trainingSettings } from "./options.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * net.step = 5;
 * const data = { name: "example", classNames: ["dark", "light"], fingerprint: "" };
 * const bytes = await writeCheckpoint(net, data, trainingSettings({}, 1));
 * using other = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 2 });
 * await restore(other, readCheckpoint(bytes));
 * assert.equal(other.step, 5);
 * ```
 */
export async function restore(net: ZeroBiasCnn, checkpoint: Checkpoint): Promise<void> {
  const { info } = checkpoint;
  if (info.imageSize !== net.imageSize || info.classNames.length !== net.classes) {
    throw new CheckpointError(
      `the checkpoint is of a network for ${info.imageSize} pixels and ${info.classNames.length} classes, ` +
        `this one is for ${net.imageSize} pixels and ${net.classes} classes`,
    );
  }
  await net.setParameters(checkpoint.parameters);
  await net.setMomentum(checkpoint.momentum);
  net.step = info.step;
}

function tensor(file: SafetensorsFile, name: string, shape: number[]): Float32Array {
  const found = file.tensors[name];
  if (!found) throw new CheckpointError(`the checkpoint has no tensor ${name}`);
  const data = found.data;
  if (!(data instanceof Float32Array) || found.shape.join() !== shape.join() || data.length !== elements(shape)) {
    throw new CheckpointError(`tensor ${name} is ${found.dtype} [${found.shape}], expected F32 [${shape}]`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new CheckpointError(`tensor ${name}[${bad}] is ${data[bad]}, expected a finite number`);
  return data;
}

function readInfo(json: string | undefined): CheckpointInfo {
  let info: CheckpointInfo;
  try {
    info = JSON.parse(json ?? "");
  } catch (error) {
    throw new CheckpointError(`the checkpoint's info is not JSON: ${(error as Error).message}`);
  }
  const fault = INFO.fault(info);
  if (fault) {
    throw new CheckpointError(
      `the checkpoint's ${fault.path.join(".") || "info"} is ${excerpt(fault.value)}, expected ${fault.expected}`,
    );
  }
  try {
    info.settings = trainingSettings(info.settings, info.settings.seed);
  } catch (error) {
    throw new CheckpointError(`the checkpoint's settings: ${(error as Error).message}`);
  }
  return info;
}
