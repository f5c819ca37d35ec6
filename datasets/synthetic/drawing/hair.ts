/** Hair of a drawn face: what falls behind the head, and what lies over the forehead and the temples. */

import type { Drawing } from "./drawing.ts";
import { Random } from "../random.ts";
import { curve, fill, grey, linearGradient, num, type Point, softStroke, spot, stroke } from "./svg.ts";

/**
 * Hair behind the head.
 *
 * @example
 * ```ts
 * import { drawBackHair } from "./hair.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawBackHair(createDrawing(face, 96, 96, "face"));
 * if (svg !== "" && !svg.startsWith("<")) throw new Error("SVG elements, or nothing to draw");
 * ```
 */
export function drawBackHair({ identity, turn }: Drawing): string {
  const width = 97 * identity.faceWidth;
  const tone = identity.hairTone;
  const random = new Random(identity.strandSeed, 1);
  const ends = { bob: 108, long: 238, fringe: 88 }[identity.hair as string];
  if (identity.hair === "headscarf") {
    const drape: Point[] = [[-width - 12, -60], [-width - 16, 40], [-width - 20, 150], [-width - 48, 250]];
    return fill(curve([...drape, ...mirror(drape)].map(([x, y]) => turn(x, y, -10))), grey(identity.clothesTone * 0.7));
  }
  if (ends === undefined) return "";
  const out = width + 16 * identity.hairVolume;
  const side: Point[] = [
    [-width * 0.55, ends + 10],
    [-out - 2 + random.uniform(-6, 4), ends],
    [-out - 5, ends * 0.4],
    [-out, -50],
    [-out * 0.84, -112],
  ];
  const crown: Point = [0, -150];
  return fill(curve([...side, crown, ...mirror(side)].map(([x, y]) => turn(x, y, -14)), true), grey(tone * 0.62));
}

/**
 * Hair over forehead and temples, or a headscarf, or the sheen of a bald head.
 *
 * @example
 * ```ts
 * import { drawFrontHair } from "./hair.ts";
 * import { createDrawing } from "./drawing.ts";
 * import { drawIdentity } from "../identity.ts";
 * import { PLAIN_SCENE } from "../scene.ts";
 * const face = { identity: drawIdentity(1, 0), expression: {}, scene: PLAIN_SCENE };
 * const svg = drawFrontHair(createDrawing(face, 96, 96, "face"));
 * if (svg !== "" && !svg.startsWith("<")) throw new Error("SVG elements, or nothing to draw");
 * ```
 */
export function drawFrontHair(drawing: Drawing): string {
  const { identity, turn, scene } = drawing;
  const width = 97 * identity.faceWidth;
  const crown = -158 - 14 * (identity.foreheadHeight - 1) * 5;
  if (identity.hair === "bald") {
    return spot("light", turn(26 * scene.lightX, crown + 42), 40, 18, 0.3 * scene.lightY + 0.1);
  }
  if (identity.hair === "headscarf") return headscarf(drawing, width, crown);
  const line = hairline(drawing, width, crown);
  const volume = (identity.hair === "tied-back" || identity.hair === "receding" ? 5 : 13) * identity.hairVolume;
  const low = line[0][1];
  const half: Point[] = [
    [-width * 1.01 - volume * 0.35, low],
    [-width * 1.0 - volume * 0.7, -50],
    [-width * 0.9 - volume * 0.8, -100],
    [-width * 0.56 - volume * 0.4, crown + 16 - volume * 0.8],
  ];
  const outer: Point[] = [...half, [0, crown - volume], ...mirror(half)];
  const path = curve([...outer, ...line.toReversed()].map(([x, y]) => turn(x, y)), true);
  const tone = identity.hairTone;
  const light = scene.lightX * scene.lightHardness;
  const defs = linearGradient("hair", turn(-width, 0), turn(width, 0), [
    [0, tone * (0.78 - 0.4 * light)],
    [0.35, tone * (1.12 - 0.2 * light) + 5],
    [0.65, tone * (1.12 + 0.2 * light) + 5],
    [1, tone * (0.78 + 0.4 * light)],
  ]);
  const shadow = softStroke(curve(line.slice(1, -1).map(([x, y]) => turn(x, y + 2))), 15, "#000", 0.34);
  const texture = identity.hair === "curly" ? curls(drawing, outer, line) : strands(drawing, outer, line);
  return `<defs>${defs}</defs>${shadow}${locks(drawing, width)}${fill(path, "url(#hair)")}${texture}`;
}

/** The lower edge of the hair from the left sideburn over the forehead to the right one. */
function hairline({ identity }: Drawing, width: number, crown: number): Point[] {
  const rise = -10 * (identity.foreheadHeight - 1) * 5;
  const top = crown + 52 + rise;
  const part = identity.parting;
  const random = new Random(identity.strandSeed, 2);
  const both = (half: Point[], middle: Point[]): Point[] => [...half, ...middle, ...mirror(half)];
  switch (identity.hair) {
    case "side-parted": {
      // The parting sits over one eye; the hair falls from it across the forehead to the other side.
      const sweep: Point[] = [
        [-width * 0.96, 2],
        [-width * 0.93, -55],
        [-width * 0.78, top + 14],
        [-width * 0.36, top + 3],
        [width * 0.34, top - 12],
        [width * 0.62, top + 6],
        [width * 0.9, -62],
        [width * 0.96, 2],
      ];
      return part > 0 ? sweep : sweep.map(([x, y]): Point => [-x, y]).reverse();
    }
    case "fringe": {
      const ends = [-0.74, -0.5, -0.25, 0, 0.25, 0.5, 0.74].map((share, index): Point => [
        width * share,
        -74 + (index % 2) * 6 + random.uniform(-4, 3),
      ]);
      return both([[-width * 0.98, 30], [-width * 0.9, -40]], ends);
    }
    case "bob":
    case "long": {
      const middle = part * 22;
      return [
        [-width * 0.98, 40],
        [-width * 0.9, -38],
        [-width * 0.66, top + 16],
        [-width * 0.2 + middle, top - 6],
        [middle, top - 18],
        [width * 0.2 + middle, top - 6],
        [width * 0.66, top + 16],
        [width * 0.9, -38],
        [width * 0.98, 40],
      ];
    }
    case "receding":
      return both([[-width * 0.97, 0], [-width * 0.93, -62], [-width * 0.62, top - 22], [-width * 0.34, top - 4]], [[
        0,
        top - 2,
      ]]);
    case "tied-back":
      return both([[-width * 0.97, -24], [-width * 0.9, -72], [-width * 0.6, top - 2]], [[0, top - 8]]);
    default:
      return both([[-width * 0.97, 0], [-width * 0.93, -58], [-width * 0.74, top + 6], [-width * 0.4, top + 2]], [[
        0,
        top + random.uniform(-4, 3),
      ]]);
  }
}

/** Single strands from the crown to the hairline. */
function strands({ identity, turn }: Drawing, outer: readonly Point[], line: readonly Point[]): string {
  const random = new Random(identity.strandSeed, 3);
  const tone = identity.hairTone;
  const parts: string[] = [];
  for (let strand = 0; strand < 22; strand++) {
    const share = (strand + random.uniform(0.1, 0.9)) / 22;
    const [fromX, fromY] = pointAlong(outer, 0.12 + 0.76 * share);
    const [toX, toY] = pointAlong(line, 0.04 + 0.92 * share);
    const bend = random.uniform(-6, 6);
    const path = curve([
      turn(fromX * 0.96, fromY + 4),
      turn((fromX + toX) / 2 + bend, (fromY + toY) / 2),
      turn(toX, toY - 1),
    ]);
    const bright = random.chance(0.5);
    parts.push(
      stroke(path, random.uniform(1, 3.2), bright ? grey(tone * 1.5 + 22) : grey(tone * 0.4), bright ? 0.3 : 0.38),
    );
  }
  return parts.join("");
}

/** Curls: a bumpy edge, and many small arcs over the whole. */
function curls({ identity, turn }: Drawing, outer: readonly Point[], line: readonly Point[]): string {
  const random = new Random(identity.strandSeed, 4);
  const tone = identity.hairTone;
  const parts: string[] = [];
  for (let curl = 0; curl < 26; curl++) {
    const [x, y] = turn(...pointAlong(outer, curl / 25));
    const radius = random.uniform(9, 14) * identity.hairVolume;
    parts.push(
      `<circle cx="${num(x)}" cy="${num(y)}" r="${num(radius)}" fill="${grey(tone * random.uniform(0.75, 1.05))}"/>`,
    );
  }
  for (let curl = 0; curl < 46; curl++) {
    const share = random.uniform(0.02, 0.98);
    const depth = random.uniform(-0.1, 0.95);
    const [outerX, outerY] = pointAlong(outer, share);
    const [lineX, lineY] = pointAlong(line, share);
    const [x, y] = turn(outerX + (lineX - outerX) * depth, outerY + (lineY - outerY) * depth);
    const size = random.uniform(4, 8);
    const arc = curve([
      [x - size, y + size * 0.5],
      [x - size * 0.6, y - size * 0.35],
      [x + size * 0.6, y - size * 0.35],
      [
        x + size,
        y + size * 0.4,
      ],
    ]);
    const bright = random.chance(0.5);
    parts.push(stroke(arc, random.uniform(2, 3.4), bright ? grey(tone * 1.35 + 18) : grey(tone * 0.45), 0.3));
  }
  return parts.join("");
}

/** Hair that falls in front of the ears on both sides of the face. */
function locks({ identity, turn }: Drawing, width: number): string {
  const end = { bob: 100, long: 230, fringe: 78 }[identity.hair as string];
  if (end === undefined) return "";
  const random = new Random(identity.strandSeed, 5);
  const inside = identity.hair === "fringe" ? 0.9 : 0.84;
  return [-1, 1].map((side) => {
    const out = width + 15 * identity.hairVolume;
    const edge: Point[] = [
      [side * width * 0.62, -118],
      [side * width * 0.86, -70],
      [side * width * inside, -18],
      [side * width * (inside + 0.03), Math.min(end, 60) * 0.6],
      [side * width * (inside + random.uniform(-0.04, 0.06)), end],
    ];
    const back: Point[] = [[side * (out + 3), end - 6], [side * (out + 5), 20], [side * (out - 4), -60], [
      side * width * 0.84,
      -108,
    ]];
    const lines = [0.3, 0.6, 0.85].map((share) =>
      stroke(
        curve(
          edge.map(([x, y], index) => {
            const [backX] = back[Math.max(0, 3 - index)];
            return turn(x + (backX - x) * share, y, -4);
          }),
        ),
        random.uniform(1.2, 2.6),
        share > 0.5 ? grey(identity.hairTone * 0.4) : grey(identity.hairTone * 1.3 + 14),
        0.28,
      )
    );
    return softStroke(curve(edge.slice(1).map(([x, y]) => turn(x - side * 2, y))), 9, "#000", 0.26) +
      fill(curve([...edge, ...back].map(([x, y]) => turn(x, y, -4)), true), "url(#hair)") +
      lines.join("");
  }).join("");
}

function headscarf({ identity, turn, shape }: Drawing, width: number, crown: number): string {
  const tone = identity.clothesTone;
  const out = width + 14;
  const chin = shape.chin[1];
  const half: Point[] = [[-out * 0.62, 190], [-out - 2, 110], [-out - 1, 20], [-out, -50], [-out * 0.86, -112], [
    -out * 0.5,
    crown - 4,
  ]];
  const inner: Point[] = [
    [0, chin + 2],
    [-width * 0.5, chin - 18],
    [-width * 0.87, 52],
    [-width * 0.93, -20],
    [
      -width * 0.82,
      -76,
    ],
    [-width * 0.46, crown + 56],
    [0, crown + 48],
  ];
  const around = [...inner, ...mirror(inner).slice(1, -1)];
  const opening = curve(around.map(([x, y]) => turn(x, y)), true);
  const cloth = curve(
    [...half, [0, crown - 14] as Point, ...mirror(half), [0, 210] as Point].map(([x, y]) => turn(x, y)),
    true,
  );
  const folds = [-1, 1].map((side) =>
    [0, 1, 2].map((fold) =>
      softStroke(
        curve([
          turn(side * (width * 0.5 + 12 * fold), crown + 22 - 6 * fold),
          turn(side * (width + 1 + 4 * fold), -30),
          turn(side * (width * 0.9 + 7 * fold), 80),
          turn(side * (width * 0.3 + 16 * fold), chin + 22 + 8 * fold),
        ]),
        5,
        "#000",
        0.24,
      )
    ).join("")
  ).join("");
  return `<path d="${cloth}${opening}" fill-rule="evenodd" fill="${grey(tone)}"/>` + folds +
    softStroke(opening, 8, "#000", 0.4);
}

/** A point at a share 0..1 of a chain of points, counted in points. */
function pointAlong(points: readonly Point[], share: number): Point {
  const position = Math.max(0, Math.min(1, share)) * (points.length - 1);
  const index = Math.min(points.length - 2, Math.floor(position));
  const local = position - index;
  const [from, to] = [points[index], points[index + 1]];
  return [from[0] + (to[0] - from[0]) * local, from[1] + (to[1] - from[1]) * local];
}

function mirror(points: readonly Point[]): Point[] {
  return points.map(([x, y]): Point => [-x, y]).reverse();
}
