/** How a drawn face is photographed: pose, gaze, light, background, camera; and the way from face units to pixels. */

import { Random } from "./random.ts";
import type { Point } from "./drawing/svg.ts";

/** Everything around a face that differs between two photographs of one expression. Angles are in radians. */
export interface Scene {
  /** Turn to the side, nod, tilt of the head. */
  yaw: number;
  pitch: number;
  roll: number;
  /** Error of the camera's crop: scale factor, and shift in face units. */
  zoom: number;
  shiftX: number;
  shiftY: number;
  /** Where the eyes look, -1..1 each way. */
  gazeX: number;
  gazeY: number;
  /** Light from the side (-1 left .. 1 right), from above (0..1), and how hard it is (0..1). */
  lightX: number;
  lightY: number;
  lightHardness: number;
  /** Grey levels at the two ends of the background. */
  background: [number, number];
  /** Camera: contrast (exponent), brightness (factor), blur 0..1, noise as a standard deviation in grey levels. */
  gamma: number;
  exposure: number;
  blur: number;
  noise: number;
  /** Seed of the pixel noise. */
  noiseSeed: number;
}

/** A front view in even light with no blur and no noise, for tests, pictures and comparisons. */
export const PLAIN_SCENE: Readonly<Scene> = {
  yaw: 0,
  pitch: 0,
  roll: 0,
  zoom: 1,
  shiftX: 0,
  shiftY: 0,
  gazeX: 0,
  gazeY: 0,
  lightX: 0.25,
  lightY: 0.5,
  lightHardness: 0.4,
  background: [120, 140],
  gamma: 1,
  exposure: 1,
  blur: 0,
  noise: 0,
  noiseSeed: 1,
};

/**
 * Draws the circumstances of one photograph.
 *
 * @param seed the data set's seed.
 * @param subject the person's number; a person's photographs share a background and a main light.
 * @param image the photograph's number within the person.
 *
 * @example
 * ```ts
 * import { drawScene } from "./scene.ts";
 * const scene = drawScene(1, 0, 3);
 * if (Math.abs(scene.yaw) > 0.5) throw new Error("turns are small");
 * ```
 */
export function drawScene(seed: number, subject: number, image: number): Scene {
  const studio = new Random(seed, 2, subject);
  const wall = studio.uniform(50, 205);
  const lamp = studio.uniform(-0.8, 0.8);
  const hardness = studio.uniform(0.15, 0.9);
  const random = new Random(seed, 3, subject, image);
  const wallHere = wall + random.around(0, 8);
  return {
    yaw: random.around(0, 0.1),
    pitch: random.around(0, 0.06),
    roll: random.around(0, 0.05),
    zoom: random.around(1, 0.03),
    shiftX: random.around(0, 3),
    shiftY: random.around(0, 3),
    gazeX: random.around(0, 0.3),
    gazeY: random.around(0, 0.15),
    lightX: Math.max(-1, Math.min(1, lamp + random.around(0, 0.25))),
    lightY: random.uniform(0.2, 0.8),
    lightHardness: hardness,
    background: [wallHere + random.around(0, 14), wallHere + random.around(0, 14)],
    gamma: random.around(0.97, 0.08),
    exposure: random.around(1, 0.06),
    blur: random.uniform(0, 0.5),
    noise: random.uniform(0.8, 3.2),
    noiseSeed: random.bits(),
  };
}

/** What the camera takes in: `face` is the square a face detector cuts out, `portrait` is head and shoulders. */
export type Framing = "face" | "portrait";

/** Turns face units (x right, y down, origin in the middle of the face) into pixels. */
export interface Camera {
  /** Turns the head: face units to flat face units. `lift` is the height above the skull, in face units. */
  turn(x: number, y: number, lift?: number): Point;
  /** The remaining map from flat face units to pixels: scale, tilt and shift as SVG's matrix(a b c d e f). */
  matrix: [number, number, number, number, number, number];
  /** Both together: face units to pixels. */
  toPixel(x: number, y: number, lift?: number): Point;
}

/**
 * The camera of a scene.
 *
 * @param scene pose and crop.
 * @param width picture width in pixels.
 * @param height picture height in pixels.
 * @param framing what to take in.
 *
 * @example
 * ```ts
 * import { createCamera, PLAIN_SCENE } from "./scene.ts";
 * const [x] = createCamera(PLAIN_SCENE, 96, 96, "face").toPixel(0, 0);
 * if (Math.abs(x - 48) > 1e-9) throw new Error("the middle of a plain face is the middle of the picture");
 * ```
 */
export function createCamera(scene: Scene, width: number, height: number, framing: Framing): Camera {
  const [sinYaw, cosYaw] = [Math.sin(scene.yaw), Math.cos(scene.yaw)];
  const [sinPitch, cosPitch] = [Math.sin(scene.pitch), Math.cos(scene.pitch)];
  const turn = (x: number, y: number, lift = 0): Point => {
    // The front of a skull is about an ellipsoid; its axis of turning lies some way behind the face.
    const depth = 80 * Math.sqrt(Math.max(0, 1 - (x / 112) ** 2 - (y / 190) ** 2)) - 45 + lift;
    const turned = depth * cosYaw - x * sinYaw;
    return [x * cosYaw + depth * sinYaw, y * cosPitch + turned * sinPitch];
  };
  const [side, centreY] = framing === "face" ? [248, 14] : [500, 22];
  const scale = Math.min(width, height) / side * scene.zoom;
  const [cos, sin] = [Math.cos(scene.roll) * scale, Math.sin(scene.roll) * scale];
  const [x0, y0] = [scene.shiftX, scene.shiftY - centreY];
  const matrix: Camera["matrix"] = [
    cos,
    sin,
    -sin,
    cos,
    width / 2 + cos * x0 - sin * y0,
    height / 2 + sin * x0 + cos * y0,
  ];
  const toPixel = (x: number, y: number, lift = 0): Point => {
    const [flatX, flatY] = turn(x, y, lift);
    return [
      matrix[0] * flatX + matrix[2] * flatY + matrix[4],
      matrix[1] * flatX + matrix[3] * flatY + matrix[5],
    ];
  };
  return { turn, matrix, toPixel };
}
