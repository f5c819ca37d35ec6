/** A page of small grey pictures and words: pictures are drawn into the pixels, words come as SVG over them. */
import { Buffer } from "node:buffer";
import { FONT } from "../../pictures/charts/font.ts";
import { INK, QUIET } from "../../pictures/charts/style.ts";
import { loadSharp } from "../deps.ts";
import { escape } from "../escape.ts";
import { sayWhereNoLetters } from "../letters.ts";

/** Part of a square, in its pixels. */
export interface Part {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** How words look. */
export interface TextStyle {
  size?: number;
  color?: string;
  weight?: "bold" | "normal";
  anchor?: "start" | "middle" | "end";
}

/** Where there is nothing to show, beyond an image's border: no grey, which would be a value. */
const NOTHING = "#dfe8f5";
/** Below so many pixels a square is shown as blocks: smoothed, there would be nothing left of it. */
const LEAST_SMOOTHED = 10;

/** A white page that is filled and then written. */
export class Page {
  readonly width: number;
  readonly height: number;
  #pixels: Uint8Array;
  #marks: string[] = [];

  /** An empty page of so many pixels. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#pixels = new Uint8Array(width * height).fill(255);
  }

  /**
   * Draws a part of a square of `side` pixels as a square of `cell` pixels; what of it the part does not cover is left empty.
   *
   * @param values The part's grey levels 0..255, row by row.
   */
  draw(values: ArrayLike<number>, part: Part, side: number, x: number, y: number, cell: number): void {
    const smooth = side >= LEAST_SMOOTHED;
    const { top, left, height, width } = part;
    if (height < side || width < side) this.#empty(part, side, x, y, cell);
    for (let i = 0; i < cell; i++) {
      const row = (i + 0.5) * side / cell - top;
      for (let j = 0; j < cell; j++) {
        const column = (j + 0.5) * side / cell - left;
        const at = (y + i) * this.width + x + j;
        if (row < 0 || column < 0 || row >= height || column >= width) continue;
        if (smooth) this.#pixels[at] = Math.round(between(values, width, height, row - 0.5, column - 0.5));
        else this.#pixels[at] = Math.round(values[Math.floor(row) * width + Math.floor(column)]);
      }
    }
  }

  /** Marks what a part leaves empty of its square: the cell without the pixels whose centers lie in the part. */
  #empty({ top, left, height, width }: Part, side: number, x: number, y: number, cell: number): void {
    const edge = (at: number) => Math.ceil(at * cell / side - 0.5);
    const [x0, x1, y0, y1] = [edge(left), edge(left + width), edge(top), edge(top + height)];
    const around = `M${x},${y}h${cell}v${cell}h${-cell}Z`;
    const hole = `M${x + x0},${y + y0}v${y1 - y0}h${x1 - x0}v${y0 - y1}Z`;
    this.#marks.push(`<path d="${around}${hole}" fill="${NOTHING}" fill-rule="evenodd"/>`);
  }

  /** Writes a line of words, its baseline at y. */
  text(words: string, x: number, y: number, style: TextStyle = {}): void {
    const { size = 12, color = INK, weight = "normal", anchor = "start" } = style;
    this.#marks.push(
      `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${color}">` +
        `${escape(words)}</text>`,
    );
  }

  /** Writes a line of words that stands back. */
  quiet(words: string, x: number, y: number, style: TextStyle = {}): void {
    this.text(words, x, y, { size: 11, color: QUIET, ...style });
  }

  /** The page as the bytes of a PNG file. */
  async png(): Promise<Uint8Array> {
    const sharp = await loadSharp();
    await sayWhereNoLetters();
    const words = `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}">` +
      `<g font-family="${FONT}, sans-serif">${this.#marks.join("")}</g></svg>`;
    const picture = sharp(this.#pixels, { raw: { width: this.width, height: this.height, channels: 1 } })
      .toColourspace("srgb").composite([{ input: Buffer.from(words) }]);
    return new Uint8Array(await picture.removeAlpha().png().toBuffer());
  }
}

/** The value between pixel centers, the border's beyond it. */
function between(values: ArrayLike<number>, width: number, height: number, row: number, column: number): number {
  const i = Math.min(height - 1, Math.max(0, row)), j = Math.min(width - 1, Math.max(0, column));
  const [up, left] = [Math.floor(i), Math.floor(j)];
  const [down, right] = [Math.min(up + 1, height - 1), Math.min(left + 1, width - 1)];
  const upper = values[up * width + left] * (1 - j + left) + values[up * width + right] * (j - left);
  const lower = values[down * width + left] * (1 - j + left) + values[down * width + right] * (j - left);
  return upper * (1 - i + up) + lower * (i - up);
}
