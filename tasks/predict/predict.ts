/** Reads faces out of files and classifies them, batched over files: a GPU is idle with one face at a time. */
import { attribute, type AttributionMethod } from "../../analysis/attribution.ts";
import {
  type Image,
  type PictureFaces,
  type ReadFace,
  readFaces,
  type ReadFacesOptions,
} from "../../datasets/faces/mod.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { normalize } from "../../training/draws.ts";
import { classifyFaces, type Model } from "../../training/model.ts";
import { likeliest } from "../likeliest.ts";

/** A face and what the model says of it. */
export interface PredictedFace extends ReadFace {
  /** Of the classes, in the model's order. */
  probabilities: number[];
  /** The likeliest class. */
  label: number;
  /** Which pixels of the crop speak for it, S x S; where asked for. */
  map?: Float32Array;
}

/** A file and its faces. */
export interface PredictedPicture extends Omit<PictureFaces, "faces"> {
  faces: PredictedFace[];
  /** In pixels; 0 where the file is broken. */
  width: number;
  height: number;
}

/** How to read, and whether to say why. */
export interface PredictOptions extends Omit<ReadFacesOptions, "size"> {
  /** Makes maps, and keeps the pictures for whoever draws them. */
  method?: AttributionMethod;
}

/** Faces that go to the GPU together, and bytes of pictures that wait for that. */
const BATCH = 64;
const MOST_WAITING = 2 ** 27;

/** Predicts, file by file, in the order of `readFaces`; files come in bursts, a batch's at a time. */
export async function* predictPictures(
  net: ZeroBiasCnn,
  model: Model,
  paths: readonly string[],
  { method, ...options }: PredictOptions,
): AsyncGenerator<PredictedPicture> {
  let waiting: (PictureFaces & { width: number; height: number })[] = [];
  let faces = 0, bytes = 0;
  const size = model.info.imageSize;
  for await (const { image, ...picture } of readFaces(paths, { ...options, size })) {
    const { width = 0, height = 0 } = image ?? {};
    const kept: Image | undefined = method !== undefined && picture.faces.length > 0 ? image : undefined;
    waiting.push({ ...picture, width, height, image: kept });
    faces += picture.faces.length;
    bytes += kept?.pixels.length ?? 0;
    if (faces < BATCH && bytes < MOST_WAITING) continue;
    yield* await classify(net, model, waiting, { method, signal: options.signal });
    [waiting, faces, bytes] = [[], 0, 0];
  }
  yield* await classify(net, model, waiting, { method, signal: options.signal });
}

async function classify(
  net: ZeroBiasCnn,
  model: Model,
  pictures: (PictureFaces & { width: number; height: number })[],
  { method, signal }: Pick<PredictOptions, "method" | "signal">,
): Promise<PredictedPicture[]> {
  const { imageSize, normalization, classNames } = model.info;
  const [pixels, classes] = [imageSize ** 2, classNames.length];
  const read = pictures.flatMap(({ faces }) => faces);
  const crops = new Uint8Array(read.length * pixels);
  read.forEach(({ crop }, n) => crops.set(crop, n * pixels));
  const all = read.length > 0 ? await classifyFaces(net, model, crops, { signal }) : new Float32Array();
  const labels = read.map((_, n) => likeliest(all.subarray(n * classes, (n + 1) * classes)));
  let maps: Float32Array | undefined;
  if (method !== undefined && read.length > 0) {
    const images = await normalize(net.gpu, crops, { mode: normalization, imageSize });
    ({ maps } = await attribute(net, images, { target: labels, method, signal }));
  }
  let n = 0;
  return pictures.map(({ faces, ...picture }) => ({
    ...picture,
    faces: faces.map((face) => {
      const predicted = {
        ...face,
        probabilities: [...all.subarray(n * classes, (n + 1) * classes)],
        label: labels[n],
        map: maps?.slice(n * pixels, (n + 1) * pixels),
      };
      n++;
      return predicted;
    }),
  }));
}
