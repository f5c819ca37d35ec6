/** The camera's part of a drawn face: SVG to grey pixels, then blur, contrast and noise. */

import { sharp } from "../deps.ts";
import { drawFace } from "./drawing/face.ts";
import type { Face } from "./drawing/drawing.ts";
import { mix } from "./random.ts";
import type { Framing } from "./scene.ts";

/**
 * Takes a photograph of a drawn face.
 *
 * @param face whom, doing what, in which light.
 * @param width picture width in pixels, 8..2048.
 * @param height picture height in pixels, 8..2048.
 * @param framing `face` (what a face detector cuts out; default) or `portrait` (head and shoulders).
 * @returns grey levels 0..255, height x width, row-major. The same face gives the same bytes.
 *
 * @example
 * ```ts
 * import { drawIdentity } from "./identity.ts";
 * import { photograph } from "./photograph.ts";
 * import { PLAIN_SCENE } from "./scene.ts";
 * const pixels = await photograph({ identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE }, 48, 48);
 * if (pixels.length !== 48 * 48) throw new Error("one byte a pixel");
 * ```
 */
export async function photograph(
  face: Face,
  width: number,
  height: number,
  framing: Framing = "face",
): Promise<Uint8Array> {
  // Thin lines need twice the pixels at small sizes; above that the renderer's own smoothing is enough.
  const oversize = Math.min(width, height) <= 128 ? 2 : 1;
  const svg = drawFace(face, width * oversize, height * oversize, framing);
  const { data, info } = await sharp(new TextEncoder().encode(svg)).raw().toBuffer({ resolveWithObject: true });
  const grey = shrink(data, info.channels, width, height, oversize);
  return develop(soften(grey, width, face.scene.blur), face);
}

/** First channel only (all colors are greys), averaged over oversize x oversize pixels. */
function shrink(data: Uint8Array, channels: number, width: number, height: number, oversize: number): Float32Array {
  const out = new Float32Array(width * height);
  const stride = width * oversize * channels;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = 0; dy < oversize; dy++) {
        const row = (y * oversize + dy) * stride + x * oversize * channels;
        for (let dx = 0; dx < oversize; dx++) sum += data[row + dx * channels];
      }
      out[y * width + x] = sum / (oversize * oversize);
    }
  }
  return out;
}

/** Blurs with the kernel [a, 1 - 2a, a] along rows, then columns; a = amount / 4, edges repeated. */
function soften(pixels: Float32Array, width: number, amount: number): Float32Array {
  const side = amount / 4;
  if (side <= 0) return pixels;
  const middle = 1 - 2 * side;
  const rows = new Float32Array(pixels.length);
  for (let index = 0; index < pixels.length; index++) {
    const x = index % width;
    rows[index] = middle * pixels[index] + side * (pixels[x > 0 ? index - 1 : index] +
          pixels[x < width - 1 ? index + 1 : index]);
  }
  const out = new Float32Array(pixels.length);
  const last = pixels.length - width;
  for (let index = 0; index < pixels.length; index++) {
    out[index] = middle * rows[index] + side * (rows[index >= width ? index - width : index] +
          rows[index < last ? index + width : index]);
  }
  return out;
}

/** Contrast, brightness and noise: bytes at last. */
function develop(pixels: Float32Array, { scene }: Face): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let index = 0; index < pixels.length; index++) {
    const exposed = 255 * scene.exposure * (pixels[index] / 255) ** scene.gamma;
    // Four bytes of one hash, summed: nearly a bell curve with standard deviation 147.8.
    const bits = mix(scene.noiseSeed ^ mix(index));
    const bell = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510;
    out[index] = Math.max(0, Math.min(255, Math.round(exposed + scene.noise * bell / 147.8)));
  }
  return out;
}
