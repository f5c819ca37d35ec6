/** The face as the network sees it, and under the heat map of a class. */
import type { ModelInfo } from "../../../../training/model.ts";
import { heatVeil } from "../../../predict/annotate/heat.ts";
import { drawing, element } from "./element.ts";

/** Two canvases. */
export class FaceView {
  #info: ModelInfo;
  #crop = element("crop", HTMLCanvasElement);
  #heat = element("heat", HTMLCanvasElement);
  #asked = element("asked", HTMLElement);
  #against = element("against", HTMLSpanElement);

  constructor(info: ModelInfo) {
    this.#info = info;
  }

  /** Shows a face, S x S grey levels, and what in it speaks for class `target`, S x S. */
  show(face: Uint8Array, map: Float32Array, target: number): void {
    const { imageSize, classNames } = this.#info;
    for (const canvas of [this.#crop, this.#heat]) {
      const context = drawing(canvas);
      context.imageSmoothingQuality = "high";
      context.drawImage(greyCanvas(face, imageSize), 0, 0, canvas.width, canvas.height);
    }
    const side = this.#heat.width;
    const veil = new ImageData(new Uint8ClampedArray(heatVeil(map, side)), side);
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    drawing(canvas).putImageData(veil, 0, 0);
    drawing(this.#heat).drawImage(canvas, 0, 0);
    this.#against.hidden = !map.some((value) => value < 0);
    this.#asked.textContent = `What speaks for ${classNames[target]}`;
  }
}

/** Grey levels as a canvas of their own size. */
export function greyCanvas(grey: Uint8Array, side: number): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const pixels = new Uint8ClampedArray(4 * side * side);
  grey.forEach((level, at) => pixels.set([level, level, level, 255], 4 * at));
  drawing(canvas).putImageData(new ImageData(pixels, side), 0, 0);
  return canvas;
}
