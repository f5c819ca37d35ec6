/** Runs an ONNX graph in float64, from the operators' definitions; knows those that the zero-bias CNN needs and refuses any other. */
import type { OnnxFile, Operation, Tensor } from "./file.ts";

/** The outputs of a graph by name, for its one input. */
export function runOnnx(file: OnnxFile, input: Tensor): Record<string, Tensor> {
  const [{ name }] = file.inputs;
  const tensors: Record<string, Tensor> = { ...file.initializers, [name]: input };
  for (const operation of file.operations) {
    const inputs = operation.inputs.map((name) => {
      if (!tensors[name]) throw new Error(`${operation.operator} wants ${name}, which is not there yet`);
      return tensors[name];
    });
    if (!Object.hasOwn(OPERATORS, operation.operator)) throw new Error(`operator ${operation.operator} is unknown`);
    tensors[operation.outputs[0]] = OPERATORS[operation.operator](inputs, read(operation.attributes));
  }
  return Object.fromEntries(file.outputs.map(({ name }) => [name, tensors[name]]));
}

/** Attributes by name: asked for with the value that ONNX takes where they are left out. */
type Attributes = <T extends number | number[]>(name: string, otherwise?: T) => T;

const read = (attributes: Operation["attributes"]): Attributes => (name, otherwise) => {
  const value = attributes[name] ?? otherwise;
  if (value === undefined) throw new Error(`attribute ${name} is missing`);
  return value as NonNullable<typeof otherwise>;
};

const OPERATORS: Record<string, (inputs: Tensor[], attributes: Attributes) => Tensor> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => a / b),
  Sqrt: ([x]) => ({ ...x, data: x.data.map(Math.sqrt) }),
  Relu: ([x]) => ({ ...x, data: x.data.map((value) => Math.max(0, value)) }),
  Conv: ([x, w], attributes) => convolution(x, w, attributes),
  MaxPool: ([x], attributes) => maxPool(x, attributes),
  Flatten: ([x], attributes) => {
    const axis = attributes("axis", 1), sizes = x.shape;
    return { ...x, shape: [product(sizes.slice(0, axis)), product(sizes.slice(axis))] };
  },
  Gemm: ([a, b, c], attributes) => dense(a, b, c, attributes),
  Softmax: ([x], attributes) => softmax(x, attributes("axis", -1)),
};

/** Both of one shape, or one a single number. */
function elementwise(operation: (a: number, b: number) => number) {
  return ([a, b]: Tensor[]): Tensor => {
    const alike = a.shape.join() === b.shape.join();
    if (!alike && b.data.length !== 1) throw new Error(`shapes ${a.shape} and ${b.shape}`);
    return { ...a, data: a.data.map((value, at) => operation(value, b.data[alike ? at : 0])) };
  };
}

function convolution(x: Tensor, w: Tensor, attributes: Attributes): Tensor {
  const [N, C, H, W] = x.shape, [K, inputs, R, S] = w.shape;
  const [top, left, bottom, right] = attributes("pads", [0, 0, 0, 0]);
  const kernel = attributes("kernel_shape", [R, S]), strides = attributes("strides", [1, 1]);
  if (inputs !== C || kernel.join() !== `${R},${S}` || strides.join() !== "1,1") throw new Error("Conv is another one");
  const height = H + top + bottom - R + 1, width = W + left + right - S + 1;
  const data = new Float64Array(N * K * height * width);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < K; k++) {
      for (let c = 0; c < C; c++) {
        for (let tap = 0; tap < R * S; tap++) {
          const weight = w.data[(k * C + c) * R * S + tap], down = Math.floor(tap / S) - top, along = tap % S - left;
          for (let i = Math.max(0, -down); i < Math.min(height, H - down); i++) {
            const to = ((n * K + k) * height + i) * width, from = ((n * C + c) * H + i + down) * W + along;
            const end = Math.min(width, W - along);
            for (let j = Math.max(0, -along); j < end; j++) data[to + j] += weight * x.data[from + j];
          }
        }
      }
    }
  }
  return { shape: [N, K, height, width], data };
}

function maxPool(x: Tensor, attributes: Attributes): Tensor {
  const [N, C, H, W] = x.shape;
  const [R, S] = attributes<number[]>("kernel_shape"), strides = attributes("strides", [1, 1]);
  if (strides.join() !== `${R},${S}` || attributes("pads", [0]).some((pad) => pad !== 0)) {
    throw new Error("MaxPool is another one");
  }
  const height = Math.floor(H / R), width = Math.floor(W / S);
  const data = new Float64Array(N * C * height * width).fill(-Infinity);
  for (let at = 0; at < x.data.length; at++) {
    const plane = Math.floor(at / (H * W)), i = Math.floor(at / W) % H, j = at % W;
    const to = (plane * height + Math.floor(i / R)) * width + Math.floor(j / S);
    data[to] = Math.max(data[to], x.data[at]);
  }
  return { shape: [N, C, height, width], data };
}

function dense(a: Tensor, b: Tensor, c: Tensor, attributes: Attributes): Tensor {
  const factors = [attributes("alpha", 1), attributes("beta", 1), attributes("transA", 0), attributes("transB", 0)];
  if (factors.join() !== "1,1,0,1") throw new Error("Gemm is another one");
  const [N, I] = a.shape, [O] = b.shape;
  const data = Float64Array.from({ length: N * O }, (_, at) => {
    const n = Math.floor(at / O), o = at % O;
    let sum = c.data[o];
    for (let i = 0; i < I; i++) sum += a.data[n * I + i] * b.data[o * I + i];
    return sum;
  });
  return { shape: [N, O], data };
}

function softmax(x: Tensor, axis: number): Tensor {
  const [N, C] = x.shape;
  if (x.shape.length !== 2 || (axis !== 1 && axis !== -1)) throw new Error("Softmax is another one");
  const rows = Array.from({ length: N }, (_, n) => {
    const row = x.data.subarray(n * C, (n + 1) * C), most = Math.max(...row);
    const powers = [...row].map((value) => Math.exp(value - most)), total = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / total);
  });
  return { ...x, data: Float64Array.from(rows.flat()) };
}

function product(sizes: number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
