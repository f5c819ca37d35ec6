/** The messages of an ONNX file (onnx.proto of ONNX 1.12: IR version 8, operator set 17): tensors, nodes, graph, model. */
import { bytes, type Field, integer, join, message, text } from "./protobuf.ts";

/** Version of the file format, and of the operators' definitions. */
const IR_VERSION = 8;
const OPERATOR_SET = 17;
/** Numbers of types: of a tensor's elements, and of an attribute. */
const FLOAT = 1;
const ATTRIBUTE_INTEGER = 2, ATTRIBUTE_INTEGERS = 7;

/** A tensor of float32 that stands in the file. */
export interface Initializer {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/** One operation. */
export interface Node {
  /** Name of the ONNX operator. */
  operator: string;
  /** Names of tensors. */
  inputs: readonly string[];
  output: string;
  /** Integers, and lists of them. */
  attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** An input or output of the graph: float32. Sizes that are left open have a name. */
export interface Port {
  name: string;
  shape: readonly (number | string)[];
  description: string;
}

/** A graph: nodes in an order in which they can be computed. */
export interface Graph {
  name: string;
  nodes: readonly Node[];
  initializers: readonly Initializer[];
  inputs: readonly Port[];
  outputs: readonly Port[];
}

/**
 * A graph as an ONNX file. Equal input gives equal bytes.
 *
 * @param about What the model is, in words; and anything by name, which runtimes hand on as the model's metadata.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { onnxFile } from "./messages.ts";
 * const x = { name: "x", shape: ["N"], description: "" };
 * const nodes = [{ operator: "Relu", inputs: ["x"], output: "y" }];
 * const graph = { name: "rectifier", nodes, initializers: [], inputs: [x], outputs: [{ ...x, name: "y" }] };
 * assert.equal(onnxFile(graph, { description: "", metadata: {} })[0], 8);
 * ```
 */
export function onnxFile(
  graph: Graph,
  about: { description: string; metadata: Readonly<Record<string, string>> },
): Uint8Array<ArrayBuffer> {
  return join([
    integer(1, IR_VERSION),
    text(2, "aulens"),
    text(6, about.description),
    message(7, [
      ...graph.nodes.map((one) => message(1, node(one))),
      text(2, graph.name),
      ...graph.initializers.map((one) => message(5, tensor(one))),
      ...graph.inputs.map((one) => message(11, port(one))),
      ...graph.outputs.map((one) => message(12, port(one))),
    ]),
    message(8, [text(1, ""), integer(2, OPERATOR_SET)]), // "" names ONNX's own operators
    ...Object.entries(about.metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);
}

function node({ operator, inputs, output, attributes = {} }: Node): Field[] {
  return [
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, output), // a node goes by the name of what it computes
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
  ];
}

function attribute(name: string, value: number | readonly number[]): Field[] {
  if (typeof value !== "number") {
    return [text(1, name), ...value.map((one) => integer(8, one)), integer(20, ATTRIBUTE_INTEGERS)];
  }
  return [text(1, name), integer(3, value), integer(20, ATTRIBUTE_INTEGER)];
}

function tensor({ name, shape, data }: Initializer): Field[] {
  const raw = new Uint8Array(4 * data.length);
  const view = new DataView(raw.buffer);
  data.forEach((value, index) => view.setFloat32(4 * index, value, true));
  return [...shape.map((size) => integer(1, size)), integer(2, FLOAT), text(8, name), bytes(9, raw)];
}

function port({ name, shape, description }: Port): Field[] {
  const sizes = shape.map((size) => message(1, [typeof size === "number" ? integer(1, size) : text(2, size)]));
  const type = message(1, [integer(1, FLOAT), message(2, sizes)]);
  return [text(1, name), message(2, [type]), text(3, description)];
}
