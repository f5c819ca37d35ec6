/** A face as an SVG picture: puts the parts on top of one another from the background to the glasses. */

import { drawBeard, drawBody, drawEars, drawNose, drawSkin } from "./head.ts";
import { drawBrows, drawEyes, drawGlasses, drawMouth } from "./features.ts";
import { drawBackHair, drawFrontHair } from "./hair.ts";
import { drawLines } from "./lines.ts";
import { createDrawing, type Face } from "./drawing.ts";
import type { Framing } from "../scene.ts";
import { grey, linearGradient, SOFT_DEFS } from "./svg.ts";

/**
 * Draws a face as SVG, in greys only.
 *
 * @param face whom to draw, and how.
 * @param width picture width in pixels; the same face can be drawn at any size.
 * @param height picture height in pixels.
 * @param framing `face` is what a face detector cuts out, `portrait` is head and shoulders.
 * @returns an SVG document of width x height pixels, with no blur and no noise: those belong to the camera.
 *
 * @example
 * ```ts
 * import { drawFace } from "./face.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: { 12: [1, 1] as const }, scene: PLAIN_SCENE };
 * const svg = drawFace(face, 640, 490, "portrait");
 * if (!svg.startsWith("<svg")) throw new Error("an SVG document");
 * ```
 */
export function drawFace(face: Face, width: number, height: number, framing: Framing): string {
  const drawing = createDrawing(face, width, height, framing);
  const [far, near] = face.scene.background;
  const wall = linearGradient("wall", [0, 0], [width, height], [[0, far], [1, near]]);
  const matrix = drawing.camera.matrix.map((value) => value.toFixed(4)).join(" ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>${SOFT_DEFS}${wall}</defs>` +
    `<rect width="${width}" height="${height}" fill="${far === near ? grey(far) : "url(#wall)"}"/>` +
    `<g transform="matrix(${matrix})">` +
    drawBackHair(drawing) + drawBody(drawing) + drawEars(drawing) + drawSkin(drawing) + drawBeard(drawing) +
    drawNose(drawing) + drawLines(drawing) + drawMouth(drawing) + drawEyes(drawing) + drawBrows(drawing) +
    drawFrontHair(drawing) + drawGlasses(drawing) +
    `</g></svg>`;
}
