/** What is drawn: a face as data, and everything worked out about it before the first line of it is drawn. */

import { appearance, type Expression } from "../expression.ts";
import type { Identity } from "../identity.ts";
import { type Camera, createCamera, type Framing, type Scene } from "../scene.ts";
import { type FaceShape, faceShape } from "../shape.ts";
import { curve } from "./svg.ts";

/** One photograph of one person: who, what the face does, and how it is taken. */
export interface Face {
  identity: Identity;
  expression: Expression;
  scene: Scene;
}

/** What each drawing step needs: the face, where its parts lie, and how the head is turned. */
export interface Drawing extends Face {
  /** How far each unit has moved the face, which is not the intensity that it is coded with. */
  expression: Expression;
  shape: FaceShape;
  camera: Camera;
  /** Face units to flat face units; `lift` is the height above the skull. */
  turn: Camera["turn"];
  /** Outline of the turned face as an SVG path. */
  outline: string;
}

/**
 * Works out where the parts of a face lie and how the camera sees them.
 *
 * @param face whom to draw, and how.
 * @param width picture width in pixels.
 * @param height picture height in pixels.
 * @param framing `face` is what a face detector cuts out, `portrait` is head and shoulders.
 *
 * @example
 * ```ts
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const drawing = createDrawing({ identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE }, 96, 96, "face");
 * if (!drawing.outline.endsWith("Z")) throw new Error("the outline of a face is closed");
 * ```
 */
export function createDrawing(face: Face, width: number, height: number, framing: Framing): Drawing {
  const camera = createCamera(face.scene, width, height, framing);
  const expression = appearance(face.expression);
  const shape = faceShape(face.identity, expression);
  const outline = curve(shape.outline.map(([x, y]) => camera.turn(x, y)), true);
  return { ...face, expression, shape, camera, turn: camera.turn, outline };
}
