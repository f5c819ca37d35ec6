/**
 * Draws the sheet that sets each Action Unit beside its best filters' pictures: the faces that excite them most over
 * what excited them there.
 */
import { Buffer } from "node:buffer";
import type { Dataset } from "../../datasets/dataset.ts";
import { loadSharp } from "../deps.ts";
import { sayWhereNoLetters } from "../letters.ts";
import { FONT } from "../../pictures/charts/font.ts";
import { INK, QUIET } from "../../pictures/charts/style.ts";
import type { FilterProjection } from "../../analysis/action_units/projections.ts";

/** A unit's line of the sheet. */
export interface SheetRow {
  /** `12 lip corner puller`. */
  name: string;
  /** Lines beneath it, at most four. */
  notes: string[];
  filters: {
    /** `filter 52 · KL 1.54 · AUC 0.92`. */
    caption: string;
    projections: (FilterProjection & {
      /** Whether the image shows the unit; undefined where nobody knows. */
      shows: boolean | undefined;
      /** The unit's region in the image, where it is known. */
      region?: Uint8Array;
    })[];
  }[];
}

/** Words above the sheet. */
export interface SheetOptions {
  title: string;
  subtitle: string[];
}

const CELL = 88, GAP = 4, BETWEEN = 26, MARGIN = 28, NAMES = 210, CAPTION = 20, ROW_GAP = 26;
const SHOWS = "#d9660f", REGION = [0x2f, 0x8f, 0x5b];

/** A part of the sheet, in pixels. */
export interface SheetBlock {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** How far the bars above the faces stand out. */
const BAR = 5;

/**
 * Draws the sheet.
 *
 * @returns The bytes of a PNG file, and by row and filter where the pictures are on it, the bars above the faces included.
 */
export async function sheetPng(
  { images, imageSize }: Pick<Dataset, "images" | "imageSize">,
  rows: readonly SheetRow[],
  { title, subtitle }: SheetOptions,
): Promise<{ png: Uint8Array; blocks: SheetBlock[][] }> {
  const sharp = await loadSharp();
  const [filters, columns] = rows.reduce(([f, s], row) => [
    Math.max(f, row.filters.length),
    Math.max(s, ...row.filters.map((filter) => filter.projections.length)),
  ], [1, 1]);
  const block = columns * (CELL + GAP) - GAP;
  const height = CAPTION + 2 * CELL + GAP + ROW_GAP;
  const top = MARGIN + 30 + 18 * subtitle.length + 22;
  const width = 2 * MARGIN + NAMES + filters * (block + BETWEEN) - BETWEEN;
  const texts = [
    text(MARGIN, MARGIN + 16, title, 18, INK, true),
    ...subtitle.map((line, i) => text(MARGIN, MARGIN + 40 + 18 * i, line, 12, QUIET)),
  ];
  const total = top + rows.length * height - ROW_GAP + MARGIN;
  // Hundreds of pictures laid over a page one by one take half a minute: they are copied into its pixels instead.
  const page = new Uint8Array(3 * width * total).fill(255);
  const put = async (rgb: Uint8Array, left: number, above: number) => {
    const cell = await sharp(rgb, { raw: { width: imageSize, height: imageSize, channels: 3 } })
      .resize(CELL, CELL, { kernel: "cubic" }).raw().toBuffer();
    for (let y = 0; y < CELL; y++) {
      page.set(cell.subarray(3 * y * CELL, 3 * (y + 1) * CELL), 3 * ((above + y) * width + left));
    }
  };
  for (const [n, row] of rows.entries()) {
    const y = top + n * height;
    if (n > 0) texts.push(`<path d="M${MARGIN} ${y - ROW_GAP / 2 + 2}H${width - MARGIN}" stroke="#e7e9ee"/>`);
    texts.push(text(MARGIN, y + CAPTION + 16, row.name, 14, INK, true));
    row.notes.forEach((line, i) => texts.push(text(MARGIN, y + CAPTION + 38 + 17 * i, line, 11, QUIET)));
    for (const [f, filter] of row.filters.entries()) {
      const x = MARGIN + NAMES + f * (block + BETWEEN);
      texts.push(text(x, y + 12, filter.caption, 11, QUIET));
      for (const [place, one] of filter.projections.entries()) {
        const left = x + place * (CELL + GAP), face = y + CAPTION;
        await put(grey(images.subarray(one.row * imageSize ** 2, (one.row + 1) * imageSize ** 2)), left, face);
        await put(projectionPicture(one.projection), left, face + CELL + GAP);
        for (const [x, y] of one.region ? outline(one.region, imageSize) : []) {
          page.set(REGION, 3 * ((face + CELL + GAP + y) * width + left + x));
        }
        if (one.shows) texts.push(`<path d="M${left} ${face - 3}h${CELL}" stroke="${SHOWS}" stroke-width="4"/>`);
      }
    }
  }
  await sayWhereNoLetters();
  const words = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}">` +
    `<g font-family="${FONT}, sans-serif">${texts.join("")}</g></svg>`;
  const sheet = sharp(page, { raw: { width, height: total, channels: 3 } });
  const blocks = rows.map((row, n) =>
    row.filters.map((_, f) => ({
      left: MARGIN + NAMES + f * (block + BETWEEN),
      top: top + n * height + CAPTION - BAR,
      width: block,
      height: 2 * CELL + GAP + BAR,
    }))
  );
  return { png: new Uint8Array(await sheet.composite([{ input: Buffer.from(words) }]).png().toBuffer()), blocks };
}

function text(x: number, y: number, words: string, size: number, color: string, bold = false): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${color}"${
    bold ? ' font-weight="bold"' : ""
  }>${escaped}</text>`;
}

function grey(pixels: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 3 * pixels.length }, (_, i) => pixels[Math.floor(i / 3)]);
}

/**
 * Grey for 0, brighter what would raise the response, darker what would lower it; the largest value is white or black.
 */
function projectionPicture(projection: Float32Array): Uint8Array {
  const most = projection.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  return Uint8Array.from({ length: 3 * projection.length }, (_, i) => 128 + 127 * projection[Math.floor(i / 3)] / most);
}

/** The pixels of a cell that are the border of a region. */
function outline(region: Uint8Array, imageSize: number): [x: number, y: number][] {
  const inside = (x: number, y: number) => {
    const [column, row] = [Math.floor(x * imageSize / CELL), Math.floor(y * imageSize / CELL)];
    return x >= 0 && y >= 0 && x < CELL && y < CELL && region[row * imageSize + column] === 1;
  };
  return Array.from({ length: CELL * CELL }, (_, at): [number, number] => [at % CELL, Math.floor(at / CELL)])
    .filter(([x, y]) =>
      inside(x, y) && !(inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1))
    );
}
