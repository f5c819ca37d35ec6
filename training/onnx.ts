/** A model as an ONNX file, for runtimes that know nothing of aulens: it takes raw pixels and says what has to be known to use it. */
import { onnxFile } from "../network/onnx/messages.ts";
import { zeroBiasCnnGraph } from "../network/onnx/graph.ts";
import { allParameters } from "../network/parameters.ts";
import { type CropRule, type ImagesKind, type Model, type ModelInfo, modelMetadata } from "./model.ts";

/**
 * A model as the bytes of an ONNX file (operator set 17, float32). Input `images`: N x 1 x S x S grey levels 0..255, any N; the scaling and the
 * normalization are operators of the graph. Outputs: `probabilities` and `logits`, N x classes. Metadata `info` holds the model's
 * {@linkcode ModelInfo} as JSON, as the safetensors file does.
 *
 * @throws {TypeError | RangeError} for parameters that are missing, no Float32Array, of another length, or not finite.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initialParameters } from "../network/parameters.ts";
 * import { writeOnnx } from "./onnx.ts";
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
 * const file = writeOnnx({ info, parameters: initialParameters(2, 1, 1) });
 * assert(file.length > 4 * 1_333_000);
 * ```
 */
export function writeOnnx({ info, parameters }: Model): Uint8Array<ArrayBuffer> {
  const { imageSize, classNames, normalization } = info;
  const graph = zeroBiasCnnGraph(allParameters(parameters, classNames.length), {
    imageSize,
    classes: classNames.length,
    normalization,
  });
  const description = [
    `The zero-bias CNN of Khorrami, Paine and Huang (2015). images: float32 N x 1 x ${imageSize} x ${imageSize}, grey levels 0..255, not ` +
    `normalized. probabilities: N x ${classNames.length}, in the order of classNames in the metadata info, a JSON.`,
    ...modelDescription(info),
  ].join("\n");
  return onnxFile(graph, { description, metadata: modelMetadata(info) });
}

/** What whoever uses a model has to know of it, in sentences. */
export function modelDescription({ images, dataset, crop }: Pick<ModelInfo, "images" | "dataset" | "crop">): string[] {
  return [
    IMAGES[images](dataset),
    CROPS[crop],
    "An expression is not an emotion: a probability says how much a picture resembles the training pictures of a class.",
  ];
}

/** What a model learnt from, as a sentence. */
const IMAGES: Record<ImagesKind, (dataset: string) => string> = {
  drawn: (dataset) => `It learnt from drawn faces (${dataset}) and knows drawn faces.`,
  twin: (dataset) => `It learnt from a twin of ${dataset}, which is drawn faces, and knows drawn faces.`,
  photographs: (dataset) => `It learnt from the photographs of ${dataset}; that set's terms may bind the model too.`,
  own: (dataset) => `It learnt from images of its maker's own (${dataset}).`,
  unknown: (dataset) => `What images it learnt from is not known (${dataset}).`,
};

/** The square by eyes and chin of `datasets/mod.ts`, in words. */
const square = (eyeLine: number) =>
  "A face is cut out as a square of side 0.8 (chin + 1.75 eyes), where eyes is the distance between the eyes and chin that from between them to " +
  `the chin; the line between the eyes lies at ${eyeLine} of its height, on the face's axis.`;

/** How to cut a face out for a model, as a sentence. */
const CROPS: Record<CropRule, string> = {
  "eyes-and-chin": square(0.3),
  drawn: square(0.35),
  "whole-image": "A picture is used whole: the largest square in its middle.",
  "as-distributed": "Faces are cut out as the makers of the dataset did it.",
  unknown: "How faces were cut out is not known.",
};
