/** Reads an ONNX file with no schema but the field numbers of onnx.proto, apart from what writes it. Anything unexpected is an error. */

/** A tensor in float64. */
export interface Tensor {
  shape: number[];
  data: Float64Array;
}

/** One operation. */
export interface Operation {
  operator: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, number | number[]>;
}

/** What is known of an input or an output: sizes that are left open are names. */
export interface Port {
  name: string;
  elements: number;
  shape: (number | string)[];
}

/** A file. */
export interface OnnxFile {
  irVersion: number;
  operatorSet: number;
  description: string;
  metadata: Record<string, string>;
  operations: Operation[];
  initializers: Record<string, Tensor>;
  inputs: Port[];
  outputs: Port[];
}

type Value = number | Uint8Array;
/** The values of a message by field number, in their order. */
type Message = Map<number, Value[]>;

/** Reads it. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const model = parse(bytes, [1, 2, 6, 7, 8, 14]);
  const set = parse(only(model, 8), [1, 2]);
  if (text(only(set, 1)) !== "") throw new Error("the operators are not ONNX's own");
  const graph = parse(only(model, 7), [1, 2, 5, 11, 12]);
  return {
    irVersion: number(only(model, 1)),
    operatorSet: number(only(set, 2)),
    description: text(only(model, 6)),
    metadata: Object.fromEntries(
      all(model, 14).map((entry) => {
        const pair = parse(entry, [1, 2]);
        return [text(only(pair, 1)), text(only(pair, 2))];
      }),
    ),
    operations: all(graph, 1).map(operation),
    initializers: Object.fromEntries(all(graph, 5).map(initializer)),
    inputs: all(graph, 11).map(port),
    outputs: all(graph, 12).map(port),
  };
}

function operation(bytes: Value): Operation {
  const node = parse(bytes, [1, 2, 3, 4, 5]);
  return {
    operator: text(only(node, 4)),
    inputs: all(node, 1).map(text),
    outputs: all(node, 2).map(text),
    attributes: Object.fromEntries(
      all(node, 5).map((bytes) => {
        const attribute = parse(bytes, [1, 3, 8, 20]);
        const type = only(attribute, 20);
        if (type !== 2 && type !== 7) throw new Error(`attribute type ${type}`);
        return [text(only(attribute, 1)), type === 2 ? number(only(attribute, 3)) : all(attribute, 8).map(number)];
      }),
    ),
  };
}

function initializer(bytes: Value): [string, Tensor] {
  const tensor = parse(bytes, [1, 2, 8, 9]);
  if (only(tensor, 2) !== 1) throw new Error("a tensor is not float32");
  const raw = only(tensor, 9) as Uint8Array;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const shape = all(tensor, 1).map(number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (raw.length !== 4 * count) throw new Error(`${raw.length} bytes for a tensor of ${shape}`);
  return [text(only(tensor, 8)), {
    shape,
    data: Float64Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true)),
  }];
}

function port(bytes: Value): Port {
  const info = parse(bytes, [1, 2, 3]);
  const tensor = parse(only(parse(only(info, 2), [1]), 1), [1, 2]);
  const shape = all(parse(only(tensor, 2), [1]), 1).map((bytes) => {
    const size = parse(bytes, [1, 2]);
    return size.has(1) ? number(only(size, 1)) : text(only(size, 2));
  });
  return { name: text(only(info, 1)), elements: number(only(tensor, 1)), shape };
}

function parse(bytes: Value, known: number[]): Message {
  if (typeof bytes === "number") throw new Error("a number stands where a message should");
  let at = 0;
  const varint = () => {
    for (let value = 0n, shift = 0n; shift < 64n; shift += 7n) {
      if (at >= bytes.length) throw new Error("the file ends within a number");
      const byte = bytes[at++];
      value += BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
    throw new Error("a number has more than ten bytes");
  };
  const message: Message = new Map();
  while (at < bytes.length) {
    const key = varint(), field = key >> 3, kind = key & 7;
    if (!known.includes(field)) throw new Error(`field ${field} is not expected here`);
    if (kind !== 0 && kind !== 2) throw new Error(`field ${field} is of wire type ${kind}`);
    let value: Value = varint();
    if (kind === 2) {
      if (at + value > bytes.length) throw new Error(`field ${field} goes past the end`);
      value = bytes.subarray(at, at += value);
    }
    message.set(field, [...message.get(field) ?? [], value]);
  }
  return message;
}

function all(message: Message, field: number): Value[] {
  return message.get(field) ?? [];
}

function only(message: Message, field: number): Value {
  const values = all(message, field);
  if (values.length !== 1) throw new Error(`field ${field} is there ${values.length} times`);
  return values[0];
}

function number(value: Value): number {
  if (typeof value !== "number") throw new Error("bytes stand where a number should");
  return value;
}

function text(value: Value): string {
  if (typeof value === "number") throw new Error("a number stands where text should");
  return new TextDecoder("utf-8", { fatal: true }).decode(value);
}
