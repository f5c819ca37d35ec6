/** Packages that only tests use, pinned. Their names are put together at run time: Deno downloads what a literal import names, called or not. */

const named = (specifier: string) => `npm:${specifier}`;

/** ONNX Runtime in WebAssembly, on one thread. */
// deno-lint-ignore no-explicit-any -- the package's own types are those of a browser
export async function loadOnnxRuntime(): Promise<any> {
  const runtime = await import(named("onnxruntime-web@1.30.0/wasm"));
  runtime.env.wasm.numThreads = 1; // more would start workers
  return runtime;
}
