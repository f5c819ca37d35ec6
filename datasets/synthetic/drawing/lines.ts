/** Furrows, folds and bulges of the skin: what Action Units and age write on a drawn face. */

import type { Drawing } from "./drawing.ts";
import { type ActionUnit, intensity, meanIntensity } from "../expression.ts";
import { curve, type Point, softStroke, spot, stroke } from "./svg.ts";

/**
 * All lines of the skin. Drawn over skin and nose, under eyes, brows and mouth.
 *
 * @example
 * ```ts
 * import { drawLines } from "./lines.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawLines(createDrawing(face, 96, 96, "face"));
 * if (!svg.includes("<path")) throw new Error("expected SVG paths");
 * ```
 */
export function drawLines(drawing: Drawing): string {
  return foreheadLines(drawing) + glabellaLines(drawing) +
    [-1, 1].map((side) => eyeLines(drawing, side) + cheekLines(drawing, side) + mouthLines(drawing, side)).join("") +
    chinLines(drawing);
}

function foreheadLines(drawing: Drawing): string {
  const { identity, expression, shape, turn } = drawing;
  const age = identity.age;
  const parts: string[] = [];
  const inner = meanIntensity(expression, 1);
  const frown = meanIntensity(expression, 4);
  for (const row of [0, 1, 2]) {
    // The skin of the forehead is pushed up in front of the brows; drawn together it heaps up in the middle.
    const y = -76 - 10.5 * row - 3 * inner;
    const heap = 2.2 * inner * frown;
    const fade = [1, 0.9, 0.6][row] * (0.65 + 0.35 * age);
    const middle: Point[] = [[-32, y + 2.5 + 1.5 * heap], [-17, y + 0.5], [0, y - heap], [17, y + 0.5], [
      32,
      y + 2.5 + 1.5 * heap,
    ]];
    parts.push(
      furrow(middle, 0.7 * inner * fade + 0.12 * age, drawing),
      spot("light", turn(0, y + 5.5), 34, 4.5, 0.22 * inner * fade),
    );
    for (const side of [-1, 1]) {
      const outer = intensity(expression, 2, side);
      const [brow] = shape.brows.filter((one) => one.side === side);
      const lift = brow.line[3][1] + 50;
      const arc: Point[] = [
        [side * 31, y + 2.2 + 1.5 * heap],
        [side * 48, y + 1 + lift * 0.1],
        [side * 68, y + 8 + lift * 0.15],
      ];
      parts.push(
        furrow(arc, 0.7 * outer * fade, drawing),
        spot("light", turn(side * 48, y + 6.5), 22, 4.5, 0.2 * outer * fade),
      );
    }
  }
  return parts.join("");
}

function glabellaLines(drawing: Drawing): string {
  const { identity, expression, shape, turn } = drawing;
  const frown = meanIntensity(expression, 4);
  const wrinkle = meanIntensity(expression, 9);
  const raised = meanIntensity(expression, 1);
  const strength = 0.8 * frown * (1 - 0.45 * raised) + 0.3 * wrinkle + 0.1 * identity.age;
  const parts: string[] = [spot("dark", turn(0, -32, 4), 15, 11, 0.42 * frown * (1 - raised) + 0.25 * wrinkle)];
  for (const side of [-1, 1]) {
    const brow = shape.brows[side < 0 ? 0 : 1];
    const [innerX, innerY] = brow.line[0];
    parts.push(
      // The brows' inner ends heap up the skin between and above them.
      spot("light", turn(side * 9, innerY - 12, 4), 9, 12, 0.24 * frown),
      spot("light", turn(brow.line[1][0], brow.line[1][1] - 12, 4), 20, 7, 0.2 * frown),
      spot("dark", turn(innerX * 0.8, innerY + 4, 4), 11, 11, 0.45 * frown * (1 - 0.4 * raised) + 0.2 * wrinkle),
      furrow(
        [[innerX - side * 5.5, innerY + 5], [innerX - side * 7.5, innerY - 7], [innerX - side * 6, innerY - 19]],
        strength,
        drawing,
      ),
      // The sides of the nose gather into diagonal creases.
      furrow([[side * 6, -22], [side * 10.5, -14], [side * 12, -5]], 0.6 * wrinkle, drawing),
      furrow([[side * 11, -12], [side * 16, -4], [side * 18, 5]], 0.5 * wrinkle, drawing),
      spot("dark", turn(side * 20, 8, 4), 9, 18, 0.3 * wrinkle, side * -14),
    );
  }
  for (const [y, share] of [[-36, 0.55], [-29, 0.7], [-22, 0.5]]) {
    const bow: Point[] = [[-8, y - 0.5], [0, y + 1], [8, y - 0.5]];
    parts.push(furrow(bow, share * (wrinkle + 0.12 * frown), drawing));
  }
  return parts.join("");
}

function eyeLines(drawing: Drawing, side: number): string {
  const { identity, expression, turn, shape } = drawing;
  const on = (unit: ActionUnit) => intensity(expression, unit, side);
  const eye = shape.eyes[side < 0 ? 0 : 1];
  const low = eye.iris[1] + eye.lower;
  const [outerX, outerY] = eye.outer;
  const cheek = on(6);
  const bag: Point[] = [[side * 24, low + 3], [side * 42, low + 6.5], [side * 60, low + 1]];
  const furrowUnder: Point[] = [[side * 22, -6], [side * 40, 4 - 2 * cheek], [side * 62, -4 - 3 * cheek]];
  const parts = [
    furrow(bag, 0.55 * on(7) + 0.32 * cheek + 0.2 * identity.age, drawing),
    furrow(furrowUnder, 0.4 * cheek + 0.22 * on(9) + 0.14 * identity.age, drawing),
    softStroke(curve(furrowUnder.map(([x, y]) => turn(x, y, 1))), 7, "#000", 0.4 * on(9)),
    // The lower lid's own bulge lies between its edge and the crease below.
    spot("light", turn(side * 42, low + 2.5), 20, 4, 0.18 * cheek + 0.3 * on(7)),
    spot("light", turn(side * 38, 9), 20, 6, 0.25 * on(9)),
  ];
  for (const [rise, run] of [[-7, 15], [-1, 17], [6, 15]]) {
    const feet: Point[] = [[outerX + side * 5, outerY + rise * 0.35], [outerX + side * run, outerY + rise]];
    parts.push(furrow(feet, (0.5 * cheek) * (0.6 + 0.4 * identity.age) + 0.15 * identity.age, drawing));
  }
  return parts.join("");
}

function cheekLines(drawing: Drawing, side: number): string {
  const { identity, expression, shape, turn } = drawing;
  const on = (unit: ActionUnit) => intensity(expression, unit, side);
  const [wingX, wingY] = shape.wings[side < 0 ? 0 : 1];
  const [cornerX, cornerY] = side < 0 ? shape.mouth.left : shape.mouth.right;
  const strength = 0.05 + 0.26 * identity.age + 0.5 * on(12) + 0.5 * on(10) + 0.42 * on(9) + 0.12 * on(6) +
    0.1 * on(20);
  const smile = on(12);
  const outward = side * (9 + 5 * smile);
  const fold: Point[] = [
    [wingX * 1.14, wingY - 9],
    [wingX + side * (8 + 4 * on(10)), wingY + 1],
    [wingX + 0.62 * (cornerX - wingX) + side * (10 + 3 * smile), wingY + 0.5 * (cornerY - wingY) - 3 * smile],
    [cornerX + outward, cornerY - 6 + 12 * smile],
  ];
  return softStroke(curve(fold.map(([x, y]) => turn(x, y, 2))), 7, "#000", Math.min(0.55, strength)) +
    spot("light", turn(wingX + side * 18, wingY - 2, 2), 14, 12, 0.22 * (on(10) + 0.7 * on(9) + 0.5 * smile));
}

function mouthLines(drawing: Drawing, side: number): string {
  const { identity, expression, shape, turn } = drawing;
  const on = (unit: ActionUnit) => intensity(expression, unit, side);
  const [x, y] = side < 0 ? shape.mouth.left : shape.mouth.right;
  const down: Point[] = [[x + side * 2, y + 2], [x + side * 6, y + 10], [x + side * 5, y + 20]];
  const dimple: Point[] = [[x + side * 6, y - 8], [x + side * 9.5, y - 1], [x + side * 7, y + 8]];
  const stretched: Point[] = [[x + side * 14, y - 9], [x + side * 18, y + 3], [x + side * 15, y + 16]];
  return furrow(down, 0.5 * on(15) + 0.16 * identity.age, drawing) +
    spot("dark", turn(x + side * 3, y + 9), 10, 9, 0.3 * on(15)) +
    furrow(dimple, 0.75 * on(14) + 0.2 * on(12), drawing) +
    spot("dark", turn(x + side * 6, y), 9, 10, 0.42 * on(14) + 0.12 * on(24)) +
    spot("light", turn(x + side * 19, y - 4), 12, 15, 0.15 * on(14)) +
    furrow(stretched, 0.36 * on(20), drawing);
}

function chinLines(drawing: Drawing): string {
  const { expression, shape, turn } = drawing;
  const mean = (unit: ActionUnit) => meanIntensity(expression, unit);
  const low = shape.mouth.lowerOuter[3][1];
  const high = shape.mouth.upperOuter[3][1];
  const chin = shape.chin[1] - 20;
  const raise = mean(17);
  const press = Math.min(1, mean(24) + 0.7 * mean(23));
  const arch: Point[] = [[-19, low + 14], [-9, low + 8], [0, low + 6.5], [9, low + 8], [19, low + 14]];
  const pits = [[-12, 3], [9, -4], [2, 8], [-5, -6], [15, 6]].map(([dx, dy]) =>
    spot("dark", turn(dx, chin + dy, 4), 5, 4, 0.2 * raise)
  );
  return furrow(arch, 0.6 * raise, drawing) + spot("light", turn(0, chin, 4), 17, 11, 0.2 * raise) + pits.join("") +
    pressedLips(drawing, low, high, press);
}

/** The skin bulges over and under lips that are pressed or tightened, and creases where the bulges end. */
function pressedLips(drawing: Drawing, low: number, high: number, press: number): string {
  if (press === 0) return "";
  const { shape, turn } = drawing;
  const wide = shape.mouth.right[0];
  const above: Point[] = [[-wide * 0.75, high - 5], [0, high - 9], [wide * 0.75, high - 5]];
  const below: Point[] = [[-wide * 0.7, low + 8], [0, low + 11], [wide * 0.7, low + 8]];
  const corners = [-1, 1].map((side) => {
    const [x, y] = side < 0 ? shape.mouth.left : shape.mouth.right;
    const crease: Point[] = [[x + side * 4, y - 6], [x + side * 5.5, y], [x + side * 4, y + 7]];
    return spot("dark", turn(x + side * 3, y, 4), 8, 8, 0.35 * press) + furrow(crease, 0.45 * press, drawing);
  });
  return spot("light", turn(0, high - 6, 4), wide * 0.8, 5, 0.14 * press) + furrow(above, 0.12 * press, drawing) +
    spot("light", turn(0, low + 5, 4), wide * 0.75, 5, 0.2 * press) + furrow(below, 0.5 * press, drawing) +
    corners.join("");
}

/** A crease: a soft shadow, a thin dark core, and a faint bright ridge below. */
function furrow(points: readonly Point[], strength: number, { turn }: Drawing): string {
  if (strength < 0.03) return "";
  const opacity = Math.min(0.8, strength);
  const path = curve(points.map(([x, y]) => turn(x, y, 1)));
  return stroke(path, 4.2, "#000", opacity * 0.28) + stroke(path, 1.5, "#000", opacity * 0.62) +
    stroke(curve(points.map(([x, y]) => turn(x, y + 2.6, 1))), 1.8, "#fff", opacity * 0.14);
}
