/** The parts of a drawn face that move: eyes, brows and mouth, and the glasses in front of them. */

import type { Drawing } from "./drawing.ts";
import { type ActionUnit, intensity, meanIntensity } from "../expression.ts";
import { curve, fill, grey, num, type Point, softStroke, spot, stroke } from "./svg.ts";
import { type BrowShape, type Cubic, type EyeShape, lidEdges } from "../shape.ts";

/**
 * Both eyes: lids, lashes, white, iris.
 *
 * @example
 * ```ts
 * import { drawEyes } from "./features.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawEyes(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawEyes(drawing: Drawing): string {
  return drawing.shape.eyes.map((eye) => drawEye(drawing, eye)).join("");
}

function drawEye({ identity, expression, scene, turn }: Drawing, eye: EyeShape): string {
  const id = eye.side < 0 ? "eyeLeft" : "eyeRight";
  const { inner, outer, upper, lower } = eye;
  const along = (share: number, rise: number): Point =>
    turn(inner[0] + share * (outer[0] - inner[0]), inner[1] + share * (outer[1] - inner[1]) - rise);
  const edges = lidEdges(eye);
  const upperLine = cubic(edges.upper, turn);
  const lowerLine = cubic(edges.lower, turn);
  // Out along the upper lid and back along the lower one.
  const opening = `${upperLine}C${cubic([...edges.lower].reverse() as unknown as Cubic, turn).split("C")[1]}Z`;
  const on = (unit: ActionUnit) => intensity(expression, unit, eye.side);
  const frown = on(4) * (1 - 0.7 * on(1));
  // The fold follows the brow: pushed onto the lid by a frown, drawn up and inwards by the inner raiser.
  const resting = Math.max(upper + 4.2 - 2.5 * on(5), 10.5 + 2 * on(2));
  const foldRise = resting + (upper + 1.8 - resting) * Math.max(frown, 0.6 * on(9));
  const foldSlant = 1.6 * eye.slant;
  const fold = `M${text(along(0.02, 2.5))}C${text(along(0.25, foldRise / 0.72 - foldSlant))} ${
    text(along(0.75, foldRise / 0.72 + foldSlant))
  } ${text(along(1.06, 1))}`;
  const white = Math.min(232, 108 + 0.55 * identity.skinTone);
  const [irisX, irisY] = turn(eye.iris[0] + 4 * scene.gazeX, eye.iris[1] + 2.5 * scene.gazeY);
  const radius = eye.irisRadius;
  const disc = (r: number, paint: string, dx = 0, dy = 0, opacity = 1) =>
    `<circle cx="${num(irisX + dx)}" cy="${num(irisY + dy)}" r="${num(r)}" fill="${paint}" fill-opacity="${opacity}"/>`;
  return spot("dark", along(0.5, 8), 27, 12, 0.2 + 0.18 * identity.lashes) +
    // Under a lowered brow the lid lies in shadow.
    spot("dark", along(0.3, upper + 3), 26, 10, 0.5 * frown + 0.2 * on(9), eye.side * 12) +
    softStroke(fold, 4.5, "#000", Math.min(0.75, 0.22 + 0.4 * identity.lidFold + 0.25 * frown)) +
    `<clipPath id="${id}"><path d="${opening}"/></clipPath><g clip-path="url(#${id})">` +
    fill(opening, grey(white)) +
    spot("dark", along(0, 0), 12, 10, 0.35) + spot("dark", along(1, 0), 12, 10, 0.35) +
    disc(radius, grey(identity.irisTone * 0.6)) + disc(radius * 0.82, grey(identity.irisTone)) +
    disc(radius * 0.42, "#050505") +
    stroke(upperLine, 7, "#000", 0.3) +
    disc(1.9, "#fff", 2.6 * (scene.lightX || 0.3), -3.2, 0.95) +
    `</g>` +
    stroke(lowerLine, 1.3, "#000", 0.38) +
    stroke(upperLine, 1.8 + 1.6 * identity.lashes, "#0c0c0c", 0.92) +
    stroke(
      `M${text(along(0.9, 2))}L${text(along(1.08, 3.2))}`,
      1.2 + identity.lashes,
      "#0c0c0c",
      0.55 * identity.lashes,
    ) +
    spot("light", along(0.5, -lower - 5), 18, 4, 0.14);
}

/**
 * Both brows.
 *
 * @example
 * ```ts
 * import { drawBrows } from "./features.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawBrows(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawBrows(drawing: Drawing): string {
  return drawing.shape.brows.map((brow) => drawBrow(drawing, brow)).join("");
}

/** Brows stay darker than the skin by this factor: on a fair-haired face too the brows tell what it does. */
const PALEST_BROW = 0.5;

function drawBrow({ identity, turn }: Drawing, brow: BrowShape): string {
  const [start, second, third, end] = brow.line;
  const half = brow.half;
  const top: Point[] = [
    [start[0], start[1] - half * 0.85],
    [second[0], second[1] - half],
    [third[0], third[1] - half * 0.75],
  ];
  const bottom: Point[] = [
    [third[0], third[1] + half * 0.7],
    [second[0], second[1] + half],
    [start[0], start[1] + half * 0.95],
  ];
  const path = curve([...top, end, ...bottom].map(([x, y]) => turn(x, y, 4)), true);
  const tone = grey(Math.min(identity.browTone, PALEST_BROW * identity.skinTone));
  const hairs = [0.1, 0.35, 0.6, 0.85].map((share) => {
    const [from, to] = share < 0.5 ? [start, second] : [second, third];
    const local = share < 0.5 ? share * 2 : share * 2 - 1;
    const x = from[0] + (to[0] - from[0]) * local;
    const y = from[1] + (to[1] - from[1]) * local;
    return stroke(curve([turn(x, y + half * 0.9, 4), turn(x + brow.side * 5, y - half * 1.25, 4)]), 1.3, tone, 0.5);
  });
  return stroke(path, 3.4, tone, 0.28 * identity.browDensity) + fill(path, tone, 0.6 + 0.35 * identity.browDensity) +
    hairs.join("");
}

/**
 * Lips, and teeth and tongue between them.
 *
 * @example
 * ```ts
 * import { drawMouth } from "./features.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawMouth(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawMouth({ identity, expression, scene, shape, turn }: Drawing): string {
  const { mouth } = shape;
  const mean = (unit: 9 | 10 | 12 | 20 | 23 | 24 | 25 | 26 | 27) => meanIntensity(expression, unit);
  const turned = (points: readonly Point[]) => points.map(([x, y]) => turn(x, y, 5));
  const area = (upper: readonly Point[], lower: readonly Point[]) =>
    `${curve(turned(upper))}L${curve(turned([...lower].reverse())).slice(1)}Z`;
  const skin = identity.skinTone;
  const upperTone = grey(skin * (1 - 1.1 * identity.lipTone) * 0.92);
  const lowerTone = grey(skin * (1 - 0.8 * identity.lipTone));
  const open = mouth.gap > 0.8;
  const parts: string[] = [
    spot("dark", turn(0, mouth.lowerOuter[3][1] + 5, 2), 22, 8, 0.3),
  ];
  if (open) {
    const shown = (height: number, from: "above" | "below") =>
      mouth.upperInner.map(([x, above], index): Point => {
        const below = mouth.lowerInner[index][1];
        return [x, from === "above" ? Math.min(below, above + height) : Math.max(above, below - height)];
      });
    const upperTeeth = 4.5 + 6 * mean(12) + 4 * mean(10) + 3 * mean(20) + 3 * mean(9) + 3 * mean(23);
    const lowerTeeth = 4.5 * Math.min(1, mean(20) + 0.8 * mean(10) + 0.9 * mean(23)) + 1.5 * mean(27);
    const tongue = 3 * mean(26) + 13 * mean(27);
    const tooth = grey(Math.min(238, 170 + 0.32 * skin));
    parts.push(
      fill(area(mouth.upperInner, mouth.lowerInner), grey(16 + skin * 0.06)),
      fill(area(shown(tongue, "below"), mouth.lowerInner), grey(skin * 0.45 + 10), tongue > 2 ? 0.85 : 0),
      fill(area(mouth.upperInner, shown(upperTeeth, "above")), tooth),
      fill(area(shown(lowerTeeth, "below"), mouth.lowerInner), tooth, lowerTeeth > 1 ? 0.8 : 0),
      softStroke(curve(turned(mouth.upperInner)), 4, "#000", 0.35),
    );
    for (const share of [-0.42, -0.14, 0.14, 0.42]) {
      const x = share * mouth.right[0];
      const y = mouth.upperInner[3][1];
      const length = Math.min(upperTeeth, mouth.gap) * 0.85;
      parts.push(stroke(curve([turn(x, y, 5), turn(x, y + length, 5)]), 0.6, "#000", 0.22));
    }
  }
  const pressed = Math.min(1, mean(24) + 0.8 * mean(23));
  const cornerShade = 0.3 + 0.25 * mean(12) + 0.3 * pressed;
  parts.push(
    fill(area(mouth.upperOuter, mouth.upperInner), upperTone, 0.94),
    fill(area(mouth.lowerInner, mouth.lowerOuter), lowerTone, 0.94),
    spot(
      "light",
      turn(4 * scene.lightX, (mouth.lowerInner[3][1] * 0.45) + mouth.lowerOuter[3][1] * 0.55, 6),
      15,
      Math.max(1.5, (mouth.lowerOuter[3][1] - mouth.lowerInner[3][1]) * 0.45),
      0.3,
    ),
    stroke(curve(turned(mouth.lowerOuter.slice(1, -1))), 1.4, "#000", 0.18),
    stroke(curve(turned(mouth.upperOuter)), 1, "#000", 0.14),
    open
      ? stroke(curve(turned(mouth.lowerInner)), 1.2, "#000", 0.35)
      : stroke(curve(turned(mouth.upperInner)), 2.1 + 0.7 * pressed, grey(skin * 0.14), 0.82 + 0.13 * pressed),
  );
  for (const [x, y] of [mouth.left, mouth.right]) {
    parts.push(spot("dark", turn(x, y, 4), 7, 6, cornerShade));
  }
  return parts.join("");
}

/**
 * Spectacles, if the person wears any.
 *
 * @example
 * ```ts
 * import { drawGlasses } from "./features.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawGlasses(createDrawing(face, 96, 96, "face"));
 * if (svg !== "" && !svg.startsWith("<")) throw new Error("SVG elements, or nothing to draw");
 * ```
 */
export function drawGlasses({ identity, scene, shape, turn }: Drawing): string {
  if (identity.glasses === "none") return "";
  const thick = identity.glasses === "thick";
  const width = thick ? 4 : 1.9;
  const tone = thick ? "#141414" : "#383838";
  const lenses = shape.eyes.map((eye) => {
    const centre = eye.iris[0];
    // The frame sits low enough to leave a lowered brow in view.
    const y = eye.iris[1] + 5;
    const corners: Point[] = [[-29, -11], [-12, -17], [12, -17], [29, -11], [28, 8], [14, 19], [-14, 19], [-28, 8]];
    const rim = curve(corners.map(([dx, dy]) => turn(centre + dx, y + dy, 16)), true);
    const edge = centre + eye.side * 29;
    return fill(rim, "#fff", 0.05) + spot("light", turn(centre + 12 * scene.lightX, y - 8, 16), 16, 8, 0.16, -25) +
      stroke(rim, width, tone, 0.92) +
      stroke(curve([turn(edge, y - 9, 14), turn(eye.side * 101 * identity.faceWidth, y - 10)]), width, tone, 0.85);
  });
  const [left, right] = shape.eyes.map((eye) => eye.iris[0] - eye.side * 28);
  const bridge = curve([turn(left, -20, 18), turn(0, -25, 20), turn(right, -20, 18)]);
  return lenses.join("") + stroke(bridge, width, tone, 0.92);
}

function cubic(edge: Cubic, turn: Drawing["turn"]): string {
  const [start, leaving, arriving, end] = edge.map(([x, y]) => text(turn(x, y)));
  return `M${start}C${leaving} ${arriving} ${end}`;
}

function text([x, y]: Point): string {
  return `${num(x)} ${num(y)}`;
}
