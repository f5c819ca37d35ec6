/**
 * How drawn faces fare with networks that were made for photographs: which of face-api's detectors finds them, how long a
 * frame takes, how still the crop holds, and what its expression network sees in them.
 *
 *     deno run --allow-read --allow-write --allow-ffi --ignore-env bench/faces.ts [faces, 200] [seed, 11]
 *
 * Faces are portraits of 640 x 490 pixels, CK+'s size. Same seed, same faces.
 */

import { sharp } from "../datasets/deps.ts";
import { loadFaceApi, loadWeights } from "../datasets/faces/packages.ts";
import { cropFace, detectFaces, type Detector, findFace, type Image, readImage } from "../datasets/faces/mod.ts";
import { faceSquare } from "../datasets/faces/landmarks.ts";
import { EMOTIONS } from "../datasets/synthetic/expression.ts";
import { syntheticFace } from "../datasets/synthetic/generate.ts";
import { photograph } from "../datasets/synthetic/photograph.ts";
import { summary } from "./measure/times.ts";
import { steadiness } from "./steadiness.ts";

const [count, seed] = [Number(Deno.args[0] ?? 200), Number(Deno.args[1] ?? 11)];
const [width, height, imagesPerSubject] = [640, 490, EMOTIONS.length];
const SEQUENCES = 8;
const FRAMES = 12;
/** The expression network's classes under our names; it knows no contempt. */
const SEEN: Record<string, string> = {
  neutral: "neutral",
  angry: "anger",
  disgusted: "disgust",
  fearful: "fear",
  happy: "happy",
  sad: "sadness",
  surprised: "surprise",
};

/** A portrait of face number `index`, its expression at `part` of its strength. */
async function portrait(index: number, part = 1, noiseSeed?: number): Promise<{ image: Image; label: number }> {
  const { face, label } = syntheticFace({ seed, imagesPerSubject }, index);
  const expression = Object.fromEntries(
    Object.entries(face.expression).map(([unit, sides]) => [unit, sides.map((side: number) => part * side)]),
  ) as typeof face.expression;
  const scene = { ...face.scene, noiseSeed: noiseSeed ?? face.scene.noiseSeed };
  const pixels = await photograph({ ...face, expression, scene }, width, height, "portrait");
  return { image: { pixels, width, height, channels: 1 }, label };
}

const percent = (part: number, whole: number) => `${(100 * part / whole).toFixed(1)}%`.padStart(6);

// What each step of preparing a frame takes, and who finds the face.
const milliseconds: Record<string, number[]> = { "read the PNG": [], "find the face": [], "cut it out": [] };
async function timed<Result>(step: string, work: Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await work;
  milliseconds[step].push(performance.now() - start);
  return result;
}
const found = { tiny: 0, ssd: 0 };
const alone = { tiny: 0, ssd: 0 };
const answers = EMOTIONS.map(() => new Map<string, number>());
const expressions = await expressionNetwork();
const folder = await Deno.makeTempDir();
try {
  for (let index = 0; index < count; index++) {
    const { image: { pixels }, label } = await portrait(index);
    const raw = { raw: { width, height, channels: 1 as const } };
    const file = `${folder}/frame.png`;
    await Deno.writeFile(file, new Uint8Array(await sharp(pixels, raw).toColourspace("b-w").png().toBuffer()));
    if (index === 0) await findFace(await readImage(file)); // loads the networks
    const image = await timed("read the PNG", readImage(file));
    const face = await timed("find the face", findFace(image));
    if (face) {
      found[face.detector]++;
      await timed("cut it out", cropFace(image, face, { size: 96 }));
    }
    for (const detector of ["tiny", "ssd"] as Detector[]) {
      if ((await detectFaces(image, { detectors: [detector] })).length > 0) alone[detector]++;
    }
    const answer = await expressions(image);
    answers[label].set(answer, (answers[label].get(answer) ?? 0) + 1);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

console.log(`${count} portraits of ${width} x ${height}, seed ${seed}\n`);
console.log(`found by the fast detector alone     ${percent(alone.tiny, count)}`);
console.log(`found by the stronger one alone      ${percent(alone.ssd, count)}`);
console.log(`cut out, after the fast one          ${percent(found.tiny, count)}`);
console.log(`cut out, only after the stronger one ${percent(found.ssd, count)}`);
for (const [step, times] of Object.entries(milliseconds)) {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  console.log(`${step.padEnd(36)} ${mean.toFixed(1).padStart(6)} ms a frame`);
}

console.log("\nwhat face-api's expression network sees (rows: drawn; columns: seen)\n");
console.log(" ".repeat(12) + Object.values(SEEN).map((name) => name.padStart(9)).join("") + "     none");
for (const [label, name] of EMOTIONS.entries()) {
  const total = [...answers[label].values()].reduce((sum, n) => sum + n, 0);
  const cells = [...Object.values(SEEN), "none"].map((seen) =>
    total === 0 ? "" : percent(answers[label].get(seen) ?? 0, total)
  );
  console.log(name.padEnd(12) + cells.map((cell) => cell.padStart(9)).join("") + `   of ${total}`);
}

// One face from rest to apex in front of a camera that holds still.
const sequences = [];
for (let index = 0; index < SEQUENCES; index++) {
  const squares = [];
  for (let frame = 0; frame < FRAMES; frame++) {
    const face = await findFace((await portrait(index, frame / (FRAMES - 1), frame + 1)).image);
    squares.push(face && faceSquare(face.landmarks));
  }
  sequences.push(squares);
}
const { moved, grown, ended, missed } = steadiness(sequences);
console.log(`\nthe crop from frame to frame, ${SEQUENCES} sequences of ${FRAMES} frames, in parts of its side\n`);
for (const [what, values] of [["middle", moved], ["side", grown], ["side, first to last", ended]] as const) {
  const { median, most } = summary(values);
  const found = values.length > 0 ? `median ${percent(median, 1)}, most ${percent(most, 1)}` : "no face to compare";
  console.log(`${what.padEnd(20)} ${found}`);
}
if (missed > 0) console.log(`frames without a face, and so not compared: ${missed}`);

/** face-api's own way from picture to expression, with its defaults; "none" where it finds no face. */
async function expressionNetwork(): Promise<(image: Image) => Promise<string>> {
  const loaded = await loadFaceApi("wasm");
  const { faceApi } = loaded;
  const { tf, nets } = faceApi;
  await tf.setBackend("wasm");
  await tf.ready();
  for (const network of [nets.ssdMobilenetv1, nets.faceLandmark68Net, nets.faceExpressionNet]) {
    await loadWeights(loaded, network);
  }
  return async ({ pixels, channels }) => {
    const colors = channels === 3 ? pixels : Uint8Array.from({ length: 3 * pixels.length }, (_, i) => {
      return pixels[Math.floor(i / 3)];
    });
    const tensor = tf.tensor3d(colors, [height, width, 3], "int32");
    try {
      const face = await faceApi.detectSingleFace(tensor).withFaceLandmarks().withFaceExpressions();
      return face ? SEEN[face.expressions.asSortedArray()[0].expression] : "none";
    } finally {
      tensor.dispose();
    }
  };
}
