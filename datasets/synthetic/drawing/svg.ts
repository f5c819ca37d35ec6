/** The few SVG shapes that a face is made of: smooth curves, soft shadows, strokes. All colors are greys. */

/** A point, x to the right and y down. */
export type Point = readonly [x: number, y: number];

/**
 * A number as short SVG text, a tenth of a unit exact.
 *
 * @example
 * ```ts
 * import { num } from "./svg.ts";
 * if (num(1.25001) !== "1.3") throw new Error("rounded to a tenth");
 * ```
 */
export function num(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * A grey level 0..255 (clipped) as an SVG color.
 *
 * @example
 * ```ts
 * import { grey } from "./svg.ts";
 * if (grey(300) !== "rgb(255,255,255)") throw new Error("clipped to white");
 * ```
 */
export function grey(level: number): string {
  const value = Math.max(0, Math.min(255, Math.round(level)));
  return `rgb(${value},${value},${value})`;
}

/**
 * A smooth path through points (Catmull-Rom as cubic Beziers).
 *
 * @param points at least two.
 * @param closed joins the last point to the first.
 *
 * @example
 * ```ts
 * import { curve } from "./svg.ts";
 * if (!curve([[0, 0], [10, 5], [20, 0]]).startsWith("M0 0C")) throw new Error("a path starts at its first point");
 * ```
 */
export function curve(points: readonly Point[], closed = false): string {
  const count = points.length;
  const at = (index: number) =>
    closed ? points[(index + count) % count] : points[Math.max(0, Math.min(count - 1, index))];
  let path = `M${num(points[0][0])} ${num(points[0][1])}`;
  for (let index = 0; index < (closed ? count : count - 1); index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    path += `C${num(from[0] + (to[0] - before[0]) / 6)} ${num(from[1] + (to[1] - before[1]) / 6)} ` +
      `${num(to[0] - (after[0] - from[0]) / 6)} ${num(to[1] - (after[1] - from[1]) / 6)} ${num(to[0])} ${num(to[1])}`;
  }
  return closed ? path + "Z" : path;
}

/**
 * A filled path. `paint` is a color or `url(#gradient)`.
 *
 * @example
 * ```ts
 * import { fill } from "./svg.ts";
 * if (fill("M0 0L9 9Z", "#000", 0) !== "") throw new Error("what cannot be seen is not drawn");
 * ```
 */
export function fill(path: string, paint: string, opacity = 1): string {
  return opacity <= 0.004 ? "" : `<path d="${path}" fill="${paint}"${alpha("fill-opacity", opacity)}/>`;
}

/**
 * A stroked path with round ends.
 *
 * @example
 * ```ts
 * import { stroke } from "./svg.ts";
 * if (!stroke("M0 0L9 9", 2, "#000").includes("stroke-width=\"2\"")) throw new Error("a line 2 units wide");
 * ```
 */
export function stroke(path: string, width: number, paint: string, opacity = 1): string {
  if (opacity <= 0.004 || width <= 0) return "";
  return `<path d="${path}" fill="none" stroke="${paint}" stroke-width="${num(width)}" stroke-linecap="round"${
    alpha("stroke-opacity", opacity)
  }/>`;
}

/**
 * A soft line: three strokes, each narrower, which together fade out to the sides.
 *
 * @example
 * ```ts
 * import { softStroke } from "./svg.ts";
 * if (softStroke("M0 0L9 9", 6, "#000", 0.5).split("<path").length !== 4) throw new Error("three strokes");
 * ```
 */
export function softStroke(path: string, width: number, paint: string, opacity: number): string {
  return stroke(path, width, paint, opacity * 0.3) + stroke(path, width * 0.6, paint, opacity * 0.4) +
    stroke(path, width * 0.28, paint, opacity * 0.6);
}

/**
 * A soft spot: an ellipse that fades out from its centre. Needs `SOFT_DEFS` in the document.
 *
 * @example
 * ```ts
 * import { spot } from "./svg.ts";
 * if (!spot("dark", [5, 5], 3, 2, 0.5).includes("url(#dark)")) throw new Error("painted with the dark bell curve");
 * ```
 */
export function spot(
  kind: "dark" | "light",
  [x, y]: Point,
  radiusX: number,
  radiusY: number,
  opacity: number,
  degrees = 0,
): string {
  if (opacity <= 0.004) return "";
  const turn = degrees === 0 ? "" : ` transform="rotate(${num(degrees)} ${num(x)} ${num(y)})"`;
  return `<ellipse cx="${num(x)}" cy="${num(y)}" rx="${num(radiusX)}" ry="${num(radiusY)}" fill="url(#${kind})"${
    alpha("fill-opacity", opacity)
  }${turn}/>`;
}

/** The gradients behind `spot`: a bell curve of black and one of white. */
export const SOFT_DEFS: string = ["dark", "light"].map((kind) => {
  const color = kind === "dark" ? "#000" : "#fff";
  const stops = [[0, 1], [0.25, 0.82], [0.5, 0.42], [0.75, 0.11], [1, 0]]
    .map(([offset, opacity]) => `<stop offset="${offset}" stop-color="${color}" stop-opacity="${opacity}"/>`);
  return `<radialGradient id="${kind}">${stops.join("")}</radialGradient>`;
}).join("");

/**
 * A linear gradient in user units from one point to another; stops are [offset, grey level or "none", opacity].
 *
 * @example
 * ```ts
 * import { linearGradient } from "./svg.ts";
 * if (!linearGradient("sky", [0, 0], [0, 9], [[0, 255], [1, 128]]).includes("sky")) throw new Error("named");
 * ```
 */
export function linearGradient(id: string, from: Point, to: Point, stops: readonly Stop[]): string {
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${num(from[0])}" y1="${num(from[1])}" x2="${
    num(to[0])
  }" y2="${num(to[1])}">${stopText(stops)}</linearGradient>`;
}

/**
 * A radial gradient in user units.
 *
 * @example
 * ```ts
 * import { radialGradient } from "./svg.ts";
 * if (!radialGradient("sun", [5, 5], 4, [[0, 255], [1, 0, 0]]).includes("sun")) throw new Error("named");
 * ```
 */
export function radialGradient(id: string, centre: Point, radius: number, stops: readonly Stop[]): string {
  return `<radialGradient id="${id}" gradientUnits="userSpaceOnUse" cx="${num(centre[0])}" cy="${num(centre[1])}" r="${
    num(radius)
  }">${stopText(stops)}</radialGradient>`;
}

/** A gradient stop: where (0..1), which grey (0..255), how opaque (0..1). */
export type Stop = readonly [offset: number, level: number, opacity?: number];

function stopText(stops: readonly Stop[]): string {
  return stops.map(([offset, level, opacity = 1]) =>
    `<stop offset="${offset}" stop-color="${grey(level)}"${alpha("stop-opacity", opacity)}/>`
  ).join("");
}

function alpha(name: string, opacity: number): string {
  return opacity >= 1 ? "" : ` ${name}="${Math.round(opacity * 1000) / 1000}"`;
}
