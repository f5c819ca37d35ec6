/** The zero-bias CNN as an ONNX graph: from grey levels 0..255 to probabilities, its normalization included. */
import type { Normalization } from "../../kernels/normalization/mod.ts";
import { elements, type ParameterName, type Parameters, parameterShapes } from "../parameters.ts";
import type { Graph, Initializer, Node } from "./messages.ts";

/** What decides the graph. */
export interface GraphOptions {
  /** Side S of an input image in pixels, a multiple of 8. */
  imageSize: number;
  /** Number of classes. */
  classes: number;
  /** What the images go through first. */
  normalization: Normalization;
}

/**
 * The graph: input `images`, float32 N x 1 x S x S of grey levels 0..255; outputs `probabilities` and `logits`, N x classes. Tensors of the
 * layers have the parameters' names.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initialParameters } from "../parameters.ts";
 * import { zeroBiasCnnGraph } from "./graph.ts";
 * const options = { imageSize: 48, classes: 7, normalization: "local-mean" as const };
 * const { nodes } = zeroBiasCnnGraph(initialParameters(7, 1, 1), options);
 * assert.equal(nodes.filter(({ operator }) => operator === "MaxPool").length, 3);
 * ```
 */
export function zeroBiasCnnGraph(parameters: Parameters, options: GraphOptions): Graph {
  const { imageSize, classes, normalization } = options;
  const constants: Initializer[] = [];
  const constant = (name: string, value: number, shape: number[] = []) => {
    constants.push({ name, shape, data: new Float32Array(elements(shape)).fill(value) });
    return name;
  };
  const nodes: Node[] = [];
  const add = (operator: string, inputs: string[], output: string, attributes?: Node["attributes"]) => {
    nodes.push({ operator, inputs, output, attributes });
    return output;
  };
  const same = { kernel_shape: [5, 5], pads: [2, 2, 2, 2], strides: [1, 1] };
  const convolution = (layer: string, x: string) =>
    add("Relu", [add("Conv", [x, `${layer}.weight`], `${layer}.convolution`, same)], `${layer}.map`);
  const maxPool = (layer: string, x: string, window: number) =>
    add("MaxPool", [x], `${layer}.pooled`, { kernel_shape: [window, window], strides: [window, window] });
  const dense = (layer: string, x: string, output: string) =>
    add("Gemm", [x, `${layer}.weight`, `${layer}.bias`], output, { transB: 1 });

  // Zeros outside, always divided by 25. An AveragePool could say so too, but not every runtime heeds its count_include_pad.
  const box = constant("box", 1 / 25, [1, 1, 5, 5]);
  const boxMean = (x: string, output: string) => add("Conv", [x, box], output, same);

  // Bytes come to [0, 2]. One division, correctly rounded, gives the very numbers that training saw.
  let x = add("Div", ["images", constant("half_range", 127.5)], "scaled");
  x = add("Sub", [x, boxMean(x, "mean")], "difference");
  if (normalization === "local-contrast") {
    const variance = boxMean(add("Mul", [x, x], "square"), "variance");
    const guarded = add("Add", [variance, constant("epsilon", 1e-4)], "guarded_variance");
    x = add("Div", [x, add("Sqrt", [guarded], "deviation")], "contrast");
  }
  x = maxPool("conv1", convolution("conv1", x), 2);
  x = maxPool("conv2", convolution("conv2", x), 2);
  x = maxPool("conv3", convolution("conv3", x), imageSize / 8); // a quadrant of a map of S/4
  x = add("Flatten", [x], "features", { axis: 1 });
  x = add("Relu", [dense("fc4", x, "fc4.sum")], "hidden");
  add("Softmax", [dense("output", x, "logits")], "probabilities", { axis: 1 });

  const weights = Object.entries(parameterShapes(classes)).map(([name, shape]) => {
    return { name, shape, data: parameters[name as ParameterName] };
  });
  return {
    name: "zero_bias_cnn",
    nodes,
    initializers: [...constants, ...weights],
    inputs: [{ name: "images", shape: ["N", 1, imageSize, imageSize], description: "Grey levels 0..255." }],
    outputs: [
      { name: "probabilities", shape: ["N", classes], description: "Of the classes, in their order." },
      { name: "logits", shape: ["N", classes], description: "What the softmax is taken of." },
    ],
  };
}
