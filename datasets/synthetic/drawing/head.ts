/** Everything of a drawn face that has no expression of its own: clothes, neck, ears, skin with its shading, beard. */

import type { Drawing } from "./drawing.ts";
import { intensity, meanIntensity } from "../expression.ts";
import { curve, fill, grey, linearGradient, type Point, radialGradient, softStroke, spot, stroke } from "./svg.ts";

/**
 * Shoulders, clothes and neck, which stay behind the head.
 *
 * @example
 * ```ts
 * import { drawBody } from "./head.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawBody(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawBody({ identity, expression, scene, turn, shape }: Drawing): string {
  const skin = identity.skinTone;
  const width = 62 * identity.faceWidth * (0.6 + 0.45 * identity.jawWidth);
  const [sway] = turn(0, 60);
  const at = (x: number, y: number): Point => [x + sway * 0.4, y];
  const neck = curve([at(-width, 70), at(-width * 0.98, 150), at(-width * 1.15, 215), at(0, 262)].concat([
    at(width * 1.15, 215),
    at(width * 0.98, 150),
    at(width, 70),
  ]));
  const shoulders = curve(
    [at(-300, 420), at(-268, 262), at(-176, 208), at(-96, 186), at(-66, 168)].concat([
      at(-34, 206),
      at(0, 222),
      at(34, 206),
      at(66, 168),
      at(96, 186),
      at(176, 208),
      at(268, 262),
      at(300, 420),
    ]),
  );
  const clothes = identity.clothesTone;
  const defs = linearGradient("neck", at(-width, 0), at(width, 0), [
    [0, skin * (0.62 + 0.16 * Math.max(0, -scene.lightX))],
    [0.5, skin * 0.78],
    [1, skin * (0.62 + 0.16 * Math.max(0, scene.lightX))],
  ]) + linearGradient("clothes", [0, 170], [0, 330], [[0, clothes], [1, clothes * 0.72]]);
  const cords = [-1, 1].map((side) =>
    softStroke(
      curve([at(side * width * 0.62, 146), at(side * width * 0.4, 200)]),
      7,
      "#000",
      0.08 + 0.35 * intensity(expression, 20, side),
    )
  );
  return `<defs>${defs}</defs>` + fill(neck, "url(#neck)") + cords.join("") +
    spot("dark", at(0, shape.chin[1] - 4), width * 1.5, 46, 0.62) + fill(shoulders, "url(#clothes)") +
    softStroke(curve([at(-67, 169), at(-34, 208), at(0, 224), at(34, 208), at(67, 169)]), 9, "#000", 0.35);
}

/**
 * Both ears.
 *
 * @example
 * ```ts
 * import { drawEars } from "./head.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawEars(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawEars({ identity, turn }: Drawing): string {
  return [-1, 1].map((side) => {
    const x = side * 99 * identity.faceWidth;
    const size = identity.earSize;
    const rim = ([[-6, -22], [5, -29], [12, -20], [10, 0], [6, 16], [0, 25], [-6, 20]] as Point[]).map(([dx, dy]) =>
      turn(x + side * dx * size, -4 + dy * size)
    );
    const fold = ([[-1, -15], [6, -20], [7, -8], [3, 8], [-1, 12]] as Point[]).map(([dx, dy]) =>
      turn(x + side * dx * size, -4 + dy * size)
    );
    return fill(curve(rim, true), grey(identity.skinTone * 0.82)) +
      softStroke(curve(fold), 5, "#000", 0.4) + spot("dark", turn(x, -2), 8, 16, 0.4);
  }).join("");
}

/**
 * The skin of the face with its light and shade, moving with cheeks, jaw and brows.
 *
 * @example
 * ```ts
 * import { drawSkin } from "./head.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawSkin(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawSkin(drawing: Drawing): string {
  const { identity, expression, scene, shape, turn, outline } = drawing;
  const skin = identity.skinTone;
  const light = scene.lightX * scene.lightHardness;
  const defs = radialGradient("skin", turn(28 * light, -30 - 20 * scene.lightY), 190, [
    [0, skin * 1.07 + 4],
    [0.5, skin],
    [0.8, skin * 0.88],
    [1, skin * 0.66],
  ]) +
    // A gradient over the outline's own box follows the shape of the skull at no cost.
    `<radialGradient id="rim" cx="${0.5 + 0.1 * light}" cy="0.47" r="0.6"><stop offset="0.62" stop-opacity="0"/>` +
    `<stop offset="0.85" stop-opacity="0.13"/><stop offset="1" stop-opacity="0.42"/></radialGradient>` +
    `<linearGradient id="side" x1="${light < 0 ? 1 : 0}" x2="${light < 0 ? 0 : 1}">` +
    `<stop offset="0" stop-opacity="${0.62 * Math.abs(light)}"/>` +
    `<stop offset="0.45" stop-opacity="${0.16 * Math.abs(light)}"/><stop offset="0.65" stop-opacity="0"/>` +
    `</linearGradient>`;
  const parts = [
    `<defs>${defs}</defs>`,
    fill(outline, "url(#skin)"),
    fill(outline, "url(#rim)"),
    spot("light", turn(light * 40, -86), 62, 34, 0.16 + 0.1 * scene.lightY),
    spot("dark", turn(0, -44, 4), 17, 17, 0.1 + 0.2 * meanIntensity(expression, 4)),
    spot("light", turn(light * 6, shape.chin[1] - 18, 6), 20, 13, 0.2),
  ];
  for (const side of [-1, 1]) {
    const bulge = 0.55 * intensity(expression, 6, side) + 0.6 * intensity(expression, 12, side);
    const stretch = 0.5 * meanIntensity(expression, 26) + meanIntensity(expression, 27);
    const shade = 1 - 0.35 * side * light;
    parts.push(
      spot("dark", turn(side * 42, -33), 36, 21, (0.14 + 0.24 * identity.socketDepth) * shade),
      spot("dark", turn(side * 21, -27), 13, 19, (0.2 + 0.16 * identity.socketDepth) * shade),
      spot("dark", turn(side * 41, -6), 24, 9, 0.1 + 0.2 * identity.age),
      spot("light", turn(side * 53, 21 - 6 * bulge), 27, 19, 0.13 + 0.2 * bulge),
      spot("dark", turn(side * 66, 62), 22, 36, 0.13 + 0.14 * stretch, side * 16),
      spot("dark", turn(side * 62, 46 - 4 * bulge), 22, 9, 0.24 * bulge, side * -28),
      spot("dark", turn(side * 88, -58), 20, 34, 0.14),
    );
  }
  parts.push(fill(outline, "url(#side)"));
  for (const [x, y, radius] of identity.moles) {
    const [cx, cy] = turn(x, y);
    parts.push(`<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="${radius.toFixed(1)}" fill-opacity="0.5"/>`);
  }
  return parts.join("");
}

/**
 * The nose: bridge, tip, wings, nostrils and the shadow it throws.
 *
 * @example
 * ```ts
 * import { drawNose } from "./head.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawNose(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawNose({ identity, scene, shape, turn }: Drawing): string {
  const light = scene.lightX * scene.lightHardness;
  const [, tipY] = shape.noseTip;
  const width = identity.noseWidth;
  const parts: string[] = [];
  for (const side of [-1, 1]) {
    const [wingX, wingY] = shape.wings[side < 0 ? 0 : 1];
    const shaded = Math.max(0, -side * light);
    parts.push(
      softStroke(
        curve([turn(side * 15, -42, 2), turn(side * 9, -18, 10), turn(side * 10 * width, 8, 14), turn(wingX, 22, 10)]),
        12,
        "#000",
        0.13 + 0.3 * shaded,
      ),
      spot("dark", turn(side * 25, 24), 14, 26, 0.1 + 0.4 * shaded, side * -12),
      spot("dark", turn(wingX * 1.12, wingY - 3, 6), 7, 10, 0.24),
      stroke(
        curve([
          turn(wingX * 0.86, wingY - 11, 12),
          turn(wingX * 1.06, wingY - 5, 10),
          turn(wingX * 1.04, wingY + 2, 10),
          turn(wingX * 0.8, wingY + 5, 12),
        ]),
        1.5,
        "#000",
        0.42,
      ),
      fill(
        curve(
          [
            turn(wingX * 0.3, wingY + 4.5, 16),
            turn(wingX * 0.55, wingY + 1.2, 15),
            turn(wingX * 0.82, wingY + 3, 13),
            turn(wingX * 0.55, wingY + 5.8, 14),
          ],
          true,
        ),
        "#000",
        0.66,
      ),
    );
  }
  parts.push(
    softStroke(
      curve([turn(light * 5, -34, 8), turn(light * 4, -8, 18), turn(light * 4, tipY - 6, 24)]),
      9,
      "#fff",
      0.2,
    ),
    spot("light", turn(light * 5, tipY - 3, 24), 10 * width, 8, 0.3),
    spot("dark", turn(0, tipY + 13, 10), 24 * width, 9, 0.34),
    softStroke(curve([turn(0, tipY + 16, 6), turn(0, shape.mouth.upperOuter[3][1] - 2, 4)]), 6, "#000", 0.14),
  );
  return parts.join("");
}

/**
 * Stubble or a beard, under the lips.
 *
 * @example
 * ```ts
 * import { drawBeard } from "./head.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawBeard(createDrawing(face, 96, 96, "face"));
 * if (svg !== "" && !svg.startsWith("<")) throw new Error("SVG elements, or nothing to draw");
 * ```
 */
export function drawBeard({ identity, shape, turn }: Drawing): string {
  if (identity.beard === "none") return "";
  const tone = grey(Math.min(identity.hairTone * 0.85, identity.skinTone * 0.6));
  const { mouth, outline } = shape;
  const lipY = mouth.upperOuter[3][1];
  const cornerX = (mouth.right[0] - mouth.left[0]) / 2;
  const parts: string[] = [];
  if (identity.beard === "full" || identity.beard === "stubble") {
    // Down the jaw along the skull's own outline, back up inside the cheeks and around the mouth.
    const rim = outline.slice(4, outline.length - 3);
    const inside: Point[] = [
      [-88, 22],
      [-76, 58],
      [-cornerX - 16, mouth.left[1] - 10],
      [-16, lipY - 13],
      [0, lipY - 8],
      [16, lipY - 13],
      [cornerX + 16, mouth.right[1] - 10],
      [76, 58],
      [88, 22],
    ];
    const path = curve([...rim, ...inside].map(([x, y]) => turn(x, y)), true);
    const strength = identity.beard === "full" ? 0.78 : 0.2;
    parts.push(fill(path, tone, strength), stroke(path, 6, tone, strength * 0.3));
  }
  if (identity.beard === "moustache" || identity.beard === "goatee") {
    const low = (x: number, end: Point): Point => [x, lipY + (end[1] - lipY) * (x / end[0]) ** 2 - 1];
    const path = curve(
      ([
        [mouth.left[0] - 4, mouth.left[1] + 2],
        [-16, lipY - 11],
        [0, lipY - 9],
        [16, lipY - 11],
        [mouth.right[0] + 4, mouth.right[1] + 2],
        low(mouth.right[0] * 0.5, mouth.right),
        [0, lipY - 1],
        low(mouth.left[0] * 0.5, mouth.left),
      ] as Point[]).map(([x, y]) => turn(x, y, 4)),
      true,
    );
    parts.push(fill(path, tone, 0.66), stroke(path, 4, tone, 0.26));
  }
  if (identity.beard === "goatee") {
    const lowY = mouth.lowerOuter[3][1];
    const path = curve(
      ([[-12, lowY + 4], [0, lowY + 7], [12, lowY + 4], [30, shape.chin[1] - 16], [16, shape.chin[1] + 2]] as Point[])
        .concat([[-16, shape.chin[1] + 2], [-30, shape.chin[1] - 16]]).map(([x, y]) => turn(x, y, 4)),
      true,
    );
    parts.push(fill(path, tone, 0.62), stroke(path, 6, tone, 0.26));
  }
  return parts.join("");
}
