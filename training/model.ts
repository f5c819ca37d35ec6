/** A trained model by itself: what reads a new face. Weights with what has to be known to use them; no momentum, no run folder. */
import type { Gpu } from "../gpu/device.ts";
import type { Normalization } from "../kernels/normalization/mod.ts";
import {
  allParameters,
  elements,
  type ParameterName,
  type Parameters,
  parameterShapes,
} from "../network/parameters.ts";
import { checkArray } from "../datasets/arrays.ts";
import { kind, oneOf, type Schema, table, whole } from "../formats/schema.ts";
import { formatFault, formatText } from "../formats/version.ts";
import { excerpt, isPrintable } from "../datasets/printable.ts";
import { readSafetensors, writeSafetensors } from "../network/safetensors.ts";
import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
import { type Checkpoint, CheckpointError, checkpointOf } from "./checkpoint.ts";
import { normalize } from "./draws.ts";

const FORMAT = { name: "aulens model", version: 1 };

/**
 * How the faces that a model learnt from were cut out: the square by eyes and chin of `datasets/mod.ts`, the same frame in a drawing, the
 * whole picture, a cut of the dataset's makers, or nobody remembers.
 */
export type CropRule = "eyes-and-chin" | "drawn" | "whole-image" | "as-distributed" | "unknown";
/** All of them. */
export const CROP_RULES: readonly CropRule[] = ["eyes-and-chin", "drawn", "whole-image", "as-distributed", "unknown"];

/** What a model learnt from: drawn faces, a twin of a licensed set, the licensed photographs, images of a user's own, or nobody can say. */
export type ImagesKind = "drawn" | "twin" | "photographs" | "own" | "unknown";
/** All of them. */
export const IMAGES_KINDS: readonly ImagesKind[] = ["drawn", "twin", "photographs", "own", "unknown"];

/** What has to be known to use a model, and what it came from. */
export interface ModelInfo {
  /** Side of an input image in pixels. */
  imageSize: number;
  /** Class names in the order of the probabilities. */
  classNames: string[];
  /** What the network's input goes through first. */
  normalization: Normalization;
  /** How a face has to be cut out. */
  crop: CropRule;
  /** Name of the data that it learnt from, and what kind of images that is. */
  dataset: string;
  images: ImagesKind;
  /** Variant, and updates done. */
  variant: string;
  step: number;
}

const NAME = kind<string>("a name", (value) => isPrintable(value) && value !== "");
const NAMES = kind<string[]>(
  "2 to 1000 names",
  (value) =>
    Array.isArray(value) && value.length >= 2 && value.length <= 1000 && value.every((name) => !NAME.fault(name)),
);
/** What a file has to say: the same as `ModelInfo`, or it does not compile. */
const INFO: Schema<ModelInfo> = table({
  imageSize: kind<number>(
    "a multiple of 8, 8 to 1024",
    (value) => Number.isInteger(value) && Number(value) >= 8 && Number(value) <= 1024 && Number(value) % 8 === 0,
  ),
  classNames: NAMES,
  normalization: oneOf(["local-mean", "local-contrast"]),
  crop: oneOf(CROP_RULES),
  dataset: NAME,
  images: oneOf(IMAGES_KINDS),
  variant: NAME,
  step: whole(0),
});

/** A model: its description and its weights, with PyTorch's names and shapes. */
export interface Model {
  info: ModelInfo;
  parameters: Parameters;
}

/**
 * A model as the bytes of a safetensors file.
 *
 * @throws {TypeError | RangeError} for parameters that are missing, no Float32Array, of another length, or not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initialParameters } from "../network/parameters.ts";
 * import { readModel, writeModel } from "./model.ts";
 * const info = {
 *   imageSize: 8,
 *   classNames: ["calm", "glad"],
 *   normalization: "local-mean" as const,
 *   crop: "drawn" as const,
 *   dataset: "synthetic",
 *   images: "drawn" as const,
 *   variant: "cnn",
 *   step: 100,
 * };
 * const bytes = writeModel({ info, parameters: initialParameters(2, 1, 1) });
 * assert.deepEqual(readModel(bytes).info, info);
 * ```
 */
export function writeModel({ info, parameters }: Model): Uint8Array {
  const shapes = parameterShapes(info.classNames.length);
  const tensors: Record<string, { shape: number[]; data: Float32Array }> = {};
  for (const [name, data] of Object.entries(allParameters(parameters, info.classNames.length))) {
    tensors[name] = { shape: shapes[name as ParameterName], data };
  }
  return writeSafetensors(tensors, modelMetadata(info));
}

/** What a model's file says of it beside its weights, whatever the format. */
export function modelMetadata(info: ModelInfo): { format: string; info: string } {
  return { format: formatText(FORMAT), info: JSON.stringify(info) };
}

/**
 * Reads a model file, or the model in a checkpoint (which does not know how faces were cut out: `crop` and `images` are `"unknown"` then,
 * or `"drawn"` for the built-in faces).
 *
 * @throws {SafetensorsError} for bytes that are no safetensors file.
 * @throws {CheckpointError} for one that is neither model nor checkpoint: a tensor or a field missing, of another shape, not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeSafetensors } from "../network/safetensors.ts";
 * import { readModel } from "./model.ts";
 * assert.throws(() => readModel(writeSafetensors({})), /neither a model nor a checkpoint/);
 * ```
 */
export function readModel(bytes: Uint8Array): Model {
  const file = readSafetensors(bytes);
  const { format } = file.metadata;
  if (format?.startsWith("aulens checkpoint")) return modelOf(checkpointOf(file));
  const fault = formatFault(format, FORMAT);
  if (fault) {
    throw new CheckpointError(
      fault.isLater
        ? `the model cannot be read: ${fault.message}`
        : `this safetensors file is neither a model nor a checkpoint of aulens: its format is ${excerpt(format)}`,
    );
  }
  const info = readInfo(file.metadata.info);
  const parameters = {} as Parameters;
  for (const [name, shape] of Object.entries(parameterShapes(info.classNames.length))) {
    const found = file.tensors[name];
    if (!(found?.data instanceof Float32Array) || found.shape.join() !== shape.join()) {
      throw new CheckpointError(
        `tensor ${name} is ${found ? `${found.dtype} [${found.shape}]` : "missing"}, expected F32 [${shape}]`,
      );
    }
    if (found.data.length !== elements(shape) || !found.data.every(Number.isFinite)) {
      throw new CheckpointError(`tensor ${name} holds what is no finite number`);
    }
    parameters[name as ParameterName] = found.data;
  }
  return { info, parameters };
}

function modelOf({ info, parameters }: Checkpoint): Model {
  const drawn = info.dataset === "synthetic";
  return {
    info: {
      imageSize: info.imageSize,
      classNames: info.classNames,
      normalization: info.settings.normalization,
      crop: drawn ? "drawn" : "unknown",
      dataset: info.dataset,
      images: drawn ? "drawn" : "unknown",
      variant: info.settings.variant,
      step: info.step,
    },
    parameters: parameters as Parameters,
  };
}

/**
 * A network that holds a model's weights. Give it back with `dispose`.
 *
 * @throws {GpuError} when the GPU reports any failure.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { initialParameters } from "../network/parameters.ts";
 * import { type Model, openModel, classifyFaces } from "./model.ts";
 * const model: Model = {
 *   info: {
 *     imageSize: 8,
 *     classNames: ["calm", "glad"],
 *     normalization: "local-mean",
 *     crop: "drawn",
 *     dataset: "synthetic",
 *     images: "drawn",
 *     variant: "cnn",
 *     step: 0,
 *   },
 *   parameters: initialParameters(2, 1, 1),
 * };
 * using gpu = await openGpu();
 * using net = await openModel(gpu, model);
 * const probabilities = await classifyFaces(net, model, Uint8Array.from({ length: 64 }, (_, i) => 4 * i));
 * assert(Math.abs(probabilities[0] + probabilities[1] - 1) < 1e-6);
 * ```
 */
export async function openModel(gpu: Gpu, { info, parameters }: Model): Promise<ZeroBiasCnn> {
  const net = await ZeroBiasCnn.create(gpu, {
    imageSize: info.imageSize,
    classes: info.classNames.length,
    seed: 0,
    initialScale: 1,
  });
  try {
    await net.setParameters(parameters);
    return net;
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/**
 * The class probabilities of faces as grey levels.
 *
 * @param net What `openModel` made of the model.
 * @param model Says how images are normalized.
 * @param faces Grey levels 0..255, n x S x S, row-major.
 * @param options `signal` stops it between two parts of at most 64 faces; it rejects with the signal's reason.
 * @returns n x C probabilities.
 * @throws {TypeError} When `faces` is no Uint8Array.
 * @throws {RangeError} When the bytes are not whole images of the model's size.
 * @throws {GpuError} when the GPU reports any failure.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openGpu } from "../gpu/device.ts";
 * import { ZeroBiasCnn } from "../network/zero_bias_cnn.ts";
 * import { classifyFaces } from "./model.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 3, seed: 1 });
 * const info = { imageSize: 8, normalization: "local-contrast" as const };
 * assert.equal((await classifyFaces(net, { info }, new Uint8Array(2 * 64).map((_, i) => i))).length, 6);
 * ```
 */
export async function classifyFaces(
  net: ZeroBiasCnn,
  { info }: { info: Pick<ModelInfo, "imageSize" | "normalization"> },
  faces: Uint8Array,
  options: { signal?: AbortSignal } = {},
): Promise<Float32Array> {
  const { imageSize, normalization } = info;
  checkArray("faces", faces, Uint8Array);
  return await net.predict(await normalize(net.gpu, faces, { mode: normalization, imageSize }), options);
}

function readInfo(json: string | undefined): ModelInfo {
  let info: ModelInfo;
  try {
    info = JSON.parse(json ?? "");
  } catch (error) {
    throw new CheckpointError(`the model's info is not JSON: ${(error as Error).message}`);
  }
  const fault = INFO.fault(info);
  if (fault) {
    throw new CheckpointError(
      `the model's ${fault.path.join(".") || "info"} is ${excerpt(fault.value)}, expected ${fault.expected}`,
    );
  }
  return info;
}
