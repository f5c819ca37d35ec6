/**
 * The npm packages that only benchmarks use, pinned: what aulens is compared with.
 *
 * @module
 */

// Put together at run time, as in datasets/deps.ts: Deno downloads every package that a literal import names, called or not.
const named = (specifier: string) => `npm:${specifier}`;

/** TensorFlow.js with its WebGPU backend. */
// deno-lint-ignore no-explicit-any -- without a literal import there are no types
export async function loadTensorFlow(): Promise<any> {
  await import(named("long@5.3.2")); // as in datasets/deps.ts: required without being declared
  const tf = await import(named("@tensorflow/tfjs@4.22.0"));
  await import(named("@tensorflow/tfjs-backend-webgpu@4.22.0"));
  return tf;
}
