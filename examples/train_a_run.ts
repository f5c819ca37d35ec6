/**
 * Trains a run into a folder, ends it after half of its steps, and resumes it: its bytes are those of a run in one piece.
 *
 *   deno run --lock=deno.all.lock --allow-read --allow-write --allow-ffi --ignore-env examples/train_a_run.ts DATA RUN [STEPS]
 */
import { openGpu } from "../mod.ts";
import { trainRun } from "../run/mod.ts";

const [data, run, steps = "300"] = Deno.args; // DATA is a prepared folder, as `prepare` or writePrepared leaves it
const options = { data, run, variant: "cnn", batch: 32, initScale: 1.4 } as const;
const told = { onNote: console.log, onWarning: console.warn };
using gpu = await openGpu();
await trainRun(gpu, { ...options, steps: Math.ceil(Number(steps) / 2) }, told);
const trained = await trainRun(gpu, { ...options, steps: Number(steps), resume: true }, told);
const { accuracy, images } = trained!.end!.test;
console.log(`${(100 * accuracy).toFixed(1)}% of ${images} test images are read right by ${trained!.checkpoint}`);
