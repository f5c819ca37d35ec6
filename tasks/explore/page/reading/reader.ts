/** The model at work in the browser: the same kernels as everywhere, on the visitor's GPU. */
import { attribute, type AttributionMethod } from "../../../../analysis/attribution.ts";
import { receptiveField, receptiveWindow } from "../../../../analysis/layer.ts";
import { layerResponses } from "../../../../analysis/responses.ts";
import { type Gpu, openGpu } from "../../../../gpu/device.ts";
import type { ZeroBiasCnn } from "../../../../network/zero_bias_cnn.ts";
import { normalize } from "../../../../training/draws.ts";
import { classifyFaces, type Model, type ModelInfo, openModel, readModel } from "../../../../training/model.ts";
import type { AboutFilters } from "../about.ts";

/** Points on the line of integrated gradients: fewer than `visualize` takes, for somebody is waiting. */
const STEPS = 32;

/** A filter that answers a face. */
export interface Answer {
  filter: number;
  /** Its strongest response to this face. */
  response: number;
  /** The same over its strongest response to any image of the run's data; undefined where that is not known. */
  share: number | undefined;
  /** The pixels of the face that the answering unit sees, those that normalization adds included. */
  window: { left: number; top: number; width: number; height: number };
  /** Side of the square that it sees, of which the window is what lies in the face. */
  field: number;
}

/** A model on a GPU. */
export class Reader {
  readonly info: ModelInfo;
  readonly gpu: Gpu;
  #net: ZeroBiasCnn;

  private constructor(model: Model, gpu: Gpu, net: ZeroBiasCnn) {
    this.info = model.info;
    this.gpu = gpu;
    this.#net = net;
  }

  /** Reads a model file and puts it on the GPU. */
  static async open(file: Uint8Array): Promise<Reader> {
    const model = readModel(file);
    const gpu = await openGpu();
    return new Reader(model, gpu, await openModel(gpu, model));
  }

  /** The class probabilities of a face, S x S grey levels. */
  async classify(face: Uint8Array): Promise<Float32Array> {
    return await classifyFaces(this.#net, this, face);
  }

  /** Which pixels of a face speak for a class, S x S. */
  async explain(face: Uint8Array, target: number, method: AttributionMethod): Promise<Float32Array> {
    return (await attribute(this.#net, await this.#normalized(face), { target, method, steps: STEPS })).maps;
  }

  /** The conv3 filters that answer a face most; by their share where sheets say what is much for each, or else by the response itself. */
  async strongest(face: Uint8Array, count: number, known: AboutFilters | undefined): Promise<Answer[]> {
    const { imageSize, normalization } = this.info;
    const { responses, positions, side } = await layerResponses(this.#net, await this.#normalized(face), {
      layer: "conv3",
    });
    const most = new Map(known?.filters.map(({ filter, strongest }) => [filter, strongest]));
    const answers = Array.from(responses, (response, filter) => {
      const strongest = most.get(filter);
      return { filter, response, share: strongest === undefined ? undefined : response / strongest };
    });
    const rank = ({ response, share }: Pick<Answer, "response" | "share">) => known ? share ?? 0 : response;
    return answers.filter(({ response }) => response > 0).sort((a, b) => rank(b) - rank(a)).slice(0, count)
      .map((answer) => {
        const at = positions[answer.filter];
        const { size: field } = receptiveField("conv3", normalization);
        return {
          ...answer,
          field,
          window: receptiveWindow("conv3", Math.floor(at / side), at % side, imageSize, normalization),
        };
      });
  }

  async #normalized(face: Uint8Array): Promise<Float32Array> {
    const { imageSize, normalization: mode } = this.info;
    return await normalize(this.gpu, face, { mode, imageSize });
  }
}
