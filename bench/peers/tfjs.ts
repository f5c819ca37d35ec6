/**
 * The zero-bias CNN in TensorFlow.js on WebGPU, as bench/peers/peer.ts asks a peer: a JSON line in, a JSON line out. Its only argument is the
 * folder that bench/peers/problem.ts has written. Weights are in TensorFlow's order: filters height, width, in, out.
 */
import { join } from "node:path";
import { loadTensorFlow } from "../deps.ts";
import { processorTime } from "../measure/repeat.ts";
import { linesOf, type Question } from "./peer.ts";
import type { Problem } from "./problem.ts";

const folder = Deno.args[0];
const log = console.log;
console.log = console.warn = console.error; // TensorFlow.js greets on stdout
const tf = await loadTensorFlow();
await tf.setBackend("webgpu"); // false where there is none, and another one stays
await tf.ready();
if (tf.getBackend() !== "webgpu") {
  throw new Error(`TensorFlow.js has no WebGPU here, its backend is ${tf.getBackend()}`);
}

const problem: Problem = JSON.parse(await Deno.readTextFile(join(folder, "problem.json")));
const read = async (name: string) => (await Deno.readFile(join(folder, name))).buffer;
const side = problem.imageSize;
const images = tf.tensor4d(new Float32Array(await read("images.f32")), [problem.batch, side, side, 1]);
const labels = tf.oneHot(tf.tensor1d(new Int32Array(await read("labels.i32")), "int32"), problem.classes);
// deno-lint-ignore no-explicit-any -- see bench/deps.ts
type Tensor = any;
const w: Record<string, Tensor> = {};
for (const [name, shape] of Object.entries(problem.shapes)) {
  const values = tf.tensor(new Float32Array(await read(`${name}.f32`)), shape);
  const order = shape.length === 4 ? [2, 3, 1, 0] : shape.length === 2 ? [1, 0] : [0];
  w[name] = tf.variable(tf.transpose(values, order), true, name);
}
const optimizer = tf.train.momentum(problem.learningRate, problem.momentum);

function network(count: number, dropout = 0) {
  const conv = (x: Tensor, name: string) => tf.relu(tf.conv2d(x, w[name], 1, "same"));
  const input = tf.slice(images, [0, 0, 0, 0], [count, side, side, 1]);
  const first = tf.maxPool(conv(input, "conv1.weight"), 2, 2, "valid");
  const second = tf.maxPool(conv(first, "conv2.weight"), 2, 2, "valid");
  const quadrants = tf.maxPool(conv(second, "conv3.weight"), side / 8, side / 8, "valid");
  // fc4's inputs are filter by filter.
  const features = tf.reshape(tf.transpose(quadrants, [0, 3, 1, 2]), [count, -1]);
  const kept = dropout > 0 ? tf.dropout(features, dropout) : features;
  const hidden = tf.relu(tf.add(tf.matMul(kept, w["fc4.weight"]), w["fc4.bias"]));
  return tf.add(tf.matMul(hidden, w["output.weight"]), w["output.bias"]);
}

/** Loss and gradients of a batch. */
const gradients = (count: number, dropout = 0) =>
  tf.variableGrads(
    () => tf.losses.softmaxCrossEntropy(tf.slice(labels, [0, 0], [count, problem.classes]), network(count, dropout)),
    Object.values(w),
  );

async function check(count: number) {
  const { value, grads } = tf.tidy(() => gradients(count));
  const norms: Record<string, number> = {};
  for (const [name, gradient] of Object.entries<Tensor>(grads)) {
    const values: Float32Array = await gradient.data();
    norms[name] = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    gradient.dispose();
  }
  const [found] = await value.data();
  value.dispose();
  return { loss: found, norms };
}

/** An update by momentum SGD, weight decay being part of the gradient. */
function step(count: number) {
  return tf.tidy(() => {
    const { value, grads } = gradients(count, problem.dropout);
    for (const name of Object.keys(grads)) grads[name] = tf.add(grads[name], tf.mul(w[name], problem.weightDecay));
    optimizer.applyGradients(grads);
    return value;
  });
}

/** Queues work a number of times, and waits for one value of the last: the queue is then done. */
async function timed(work: () => Tensor, times: number) {
  const [start, used] = [performance.now(), processorTime()];
  for (let n = 1; n < times; n++) work().dispose();
  const result = work();
  await result.data();
  result.dispose();
  // The update itself is waited for by a value of the last weight.
  await w["output.bias"].data();
  return { milliseconds: performance.now() - start, processor: processorTime() - used };
}

const answers = {
  check,
  step: (count: number, times: number) => timed(() => step(count), times),
  forward: (count: number, times: number) => timed(() => tf.tidy(() => tf.softmax(network(count))), times),
};
log(JSON.stringify({ name: `TensorFlow.js ${tf.version.tfjs}, ${tf.getBackend()}` }));
for await (const line of linesOf(Deno.stdin.readable)) {
  const question: Question = JSON.parse(line);
  log(JSON.stringify(await answers[question.do](question.images, question.times)));
}
