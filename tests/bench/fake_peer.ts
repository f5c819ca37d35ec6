/**
 * A peer that is ours in disguise, or does what no peer should, as its second argument says: `right:N` answers for up to N images and ends in the
 * middle of more, `nan` has a loss that is no number, as Python writes it, `silent` ends at once, `chatty` says what is no JSON,
 * `answer:JSON` is right for any number of images and says that instead of a time.
 */
import { join } from "node:path";
import { linesOf, type Question } from "../../bench/peers/peer.ts";
import type { Problem } from "../../bench/peers/problem.ts";
import { openGpu } from "../../gpu/device.ts";
import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { dot } from "../support/compare.ts";

const [folder, how] = Deno.args;
if (how === "silent") Deno.exit(3);
console.log(how === "chatty" ? "hello" : JSON.stringify({ name: `fake, ${how}` }));
const said = /^answer:(.*)$/.exec(how)?.[1];
const most = said ? Infinity : Number(how.split(":")[1]);

/** Loss and norms of our own network, from the files. */
async function check(images: number) {
  const { imageSize, classes, shapes }: Problem = JSON.parse(await Deno.readTextFile(join(folder, "problem.json")));
  const read = async (name: string) => (await Deno.readFile(join(folder, name))).buffer;
  using gpu = await openGpu();
  using net = await ZeroBiasCnn.create(gpu, { imageSize, classes });
  for (const name of Object.keys(shapes)) {
    await net.setParameters({ [name]: new Float32Array(await read(`${name}.f32`)) });
  }
  const pixels = new Float32Array(await read("images.f32")).subarray(0, images * imageSize ** 2);
  const labels = new Int32Array(await read("labels.i32")).subarray(0, images);
  const { loss, gradients } = await net.lossAndGradients(pixels, labels);
  const norms = Object.entries(gradients).map(([name, values]) => [name, Math.sqrt(dot(values, values))]);
  return JSON.stringify({ loss, norms: Object.fromEntries(norms) });
}

for await (const line of linesOf(Deno.stdin.readable)) {
  const { do: what, images, times }: Question = JSON.parse(line);
  if (how === "nan") console.log('{"loss": NaN, "norms": {"conv1.weight": -Infinity}}');
  else if (images > most) Deno.exit(4);
  else if (what === "check") console.log(await check(images));
  else if (said) console.log(said);
  else console.log(JSON.stringify({ milliseconds: 3 * times * images, processor: 5 * times * images }));
}
