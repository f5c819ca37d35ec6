/** An annotated picture: the photograph with its faces framed and named, below it a card for each face with what was seen and why. */
import { Buffer } from "node:buffer";
import type { AttributionMethod } from "../../../analysis/attribution.ts";
import { cutSquare, type Image } from "../../../datasets/faces/mod.ts";
import { SourceError } from "../../../datasets/source_error.ts";
import { FONT } from "../../../pictures/charts/font.ts";
import { INK, QUIET } from "../../../pictures/charts/style.ts";
import { loadSharp } from "../../deps.ts";
import { sayWhereNoLetters } from "../../letters.ts";
import { escape } from "../../escape.ts";
import { percent, plain } from "../../../run/words.ts";
import type { PredictedFace } from "../predict.ts";
import { heatVeil } from "./heat.ts";
import { placeTags } from "./tags.ts";

/** What stands on a page besides its picture and faces. */
export interface PageWords {
  classNames: readonly string[];
  imageSize: number;
  method: AttributionMethod;
  /** Which model, in a line. */
  model: string;
  /** What a reader has to know: sentences. */
  notes: readonly string[];
}

/** Most pixels of a page's height: JPEG ends at 65,535. */
const MOST_HEIGHT = 65_000;
const MARGIN = 36, GAP = 28, FACE = 176, CARD_HEIGHT = 216, LEAST_CARD = 640, LINE = 22;
/** Bars of a card; a model with more classes shows its likeliest. */
const MOST_BARS = 8;
const ACCENT = "#c8500a", BAR = "#c3cad6", CAUTION = "#a33c08";

/** Methods as they are called in a sentence, where not by the option's name. */
const NAMES: Partial<Record<AttributionMethod, string>> = {
  gradient: "the gradient",
  guided: "guided backpropagation",
  "grad-cam": "Grad-CAM",
  "guided-grad-cam": "guided Grad-CAM",
  "integrated-gradients": "integrated gradients",
};
const NEVER_AGAINST: readonly AttributionMethod[] = ["grad-cam"];

/** Something drawn at a place of the page: PNG, or pixels as sharp takes them. */
interface Layer {
  input: Buffer;
  left: number;
  top: number;
  raw?: { width: number; height: number; channels: 1 | 3 | 4 };
}

/**
 * Draws a picture with its faces. All are framed and numbered; where their cards are more than a JPEG is high, the last are left out, and the
 * page says so.
 *
 * @param image The picture, upright.
 * @param faces With maps.
 * @param words What stands around them.
 * @returns The bytes of a JPEG file without any metadata of the photograph's.
 */
export async function annotatedJpeg(
  image: Image,
  faces: readonly PredictedFace[],
  words: PageWords,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const photo = await enlargeOrShrink(image);
  const { width, height, columns, card, shown, left, cards, footer, lines } = pageLayout(photo, faces.length, words);

  const layers: Layer[] = [{ input: photo.bytes, left, top: 0, raw: photo }];
  const marks = frames(faces, words, { ...photo, left });
  for (const [n, face] of faces.slice(0, shown).entries()) {
    const x = MARGIN + (n % columns) * (card + GAP), y = cards + Math.floor(n / columns) * (CARD_HEIGHT + GAP);
    layers.push(...await cardPictures(image, face, words.imageSize, x, y + 40));
    marks.push(cardMarks(face, n, words, { x, y, width: card }));
  }
  lines.forEach(({ text, color }, n) => {
    marks.push(write(text, MARGIN, footer + LINE * n + 10, { size: 15, color }));
  });
  await sayWhereNoLetters();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<g font-family="${FONT}, sans-serif">${marks.join("")}</g></svg>`;
  const page = sharp({ create: { width, height, channels: 3, background: "white" } })
    .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }]);
  return new Uint8Array(await page.jpeg({ quality: 92, chromaSubsampling: "4:4:4" }).toBuffer());
}

/** Where everything stands on a page, in pixels. */
export function pageLayout(photo: { width: number; height: number }, faces: number, words: PageWords) {
  const width = Math.max(photo.width, LEAST_CARD + 2 * MARGIN);
  const columns = Math.max(1, Math.floor((width - 2 * MARGIN + GAP) / (LEAST_CARD + GAP)));
  const card = Math.floor((width - 2 * MARGIN - GAP * (columns - 1)) / columns);
  const lines = footerLines(words, Math.floor((width - 2 * MARGIN) / 8.2));
  const room = MOST_HEIGHT - photo.height - 2 * MARGIN - LINE * (lines.length + 1);
  const shown = Math.min(faces, columns * Math.floor(room / (CARD_HEIGHT + GAP)));
  if (shown < faces) {
    const text = `${shown} of ${faces} faces have a card: a JPEG is no higher. --json and --csv hold all.`;
    lines.push({ text, color: CAUTION });
  }
  const left = Math.floor((width - photo.width) / 2);
  const cards = photo.height + MARGIN;
  const footer = cards + Math.ceil(shown / columns) * (CARD_HEIGHT + GAP);
  const height = footer + LINE * lines.length + MARGIN - 6;
  return { width, height, columns, card, shown, left, cards, footer, lines };
}

/** As `annotatedJpeg`; or what is wrong with this one picture, so that the others are drawn all the same. */
export async function drawn(
  path: string,
  ...of: Parameters<typeof annotatedJpeg>
): Promise<Uint8Array | SourceError> {
  return await annotatedJpeg(...of).catch((cause) => {
    const [why] = String((cause as Error).message).split("\n");
    return new SourceError(path, `its annotated copy cannot be drawn (${why})`, { cause });
  });
}

/** The picture at the size that it is shown in: large ones as wide as a screen, small ones large enough to be framed. */
async function enlargeOrShrink({ pixels, width, height, channels }: Image) {
  const sharp = await loadSharp();
  const scale = Math.min(1600 / width, 1200 / height, Math.max(2, 480 / Math.max(width, height)));
  const [toWidth, toHeight] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const bytes = await sharp(pixels, { raw: { width, height, channels } })
    .resize(toWidth, toHeight, { fit: "fill" }).toColourspace("srgb").removeAlpha().raw().toBuffer();
  return { bytes, width: toWidth, height: toHeight, channels: 3 as const, scale };
}

/** The squares that the network read, where they are not the whole picture, and their tags: numbers, classes, probabilities. */
function frames(
  faces: readonly PredictedFace[],
  { classNames }: PageWords,
  { width, height, scale, left }: { width: number; height: number; scale: number; left: number },
): string[] {
  const placed = faces.map(({ square: { left: x, top: y, size }, label, probabilities }) => ({
    square: { x: left + x * scale, y: y * scale, width: size * scale, height: size * scale },
    words: `${shorten(plain(classNames[label]), 24)} ${percent(probabilities[label])}`,
  }));
  const boxes = placed.flatMap(({ square: { x, y, width: side } }, n) => {
    const box = (color: string, stroke: number, opacity: number) =>
      `<rect x="${x}" y="${y}" width="${side}" height="${side}" rx="7" fill="none" stroke="${color}" ` +
      `stroke-width="${stroke}" stroke-opacity="${opacity}"/>`;
    return faces[n].detector === undefined ? [] : [box("#10141c", 6, 0.45) + box("white", 3, 1)];
  });
  const tags = placeTags(placed, { x: left, y: 0, width, height }).map(({ x, y, width, height, text }) =>
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7" fill="#10141c" fill-opacity="0.82"/>` +
    write(text, x + width / 2, y + 22, { size: 17, color: "white", bold: true, anchor: "middle" })
  );
  const clip = `<svg x="${left}" y="0" width="${width}" height="${height}" viewBox="${left} 0 ${width} ${height}">`;
  return [clip, ...boxes, ...tags, "</svg>"];
}

/** What the network read, in its pixels; and the face under the map. */
async function cardPictures(image: Image, face: PredictedFace, size: number, x: number, y: number): Promise<Layer[]> {
  const sharp = await loadSharp();
  const raw = { width: FACE, height: FACE, channels: 1 as const };
  const read = await sharp(face.crop, { raw: { width: size, height: size, channels: 1 } })
    .resize(FACE, FACE, { kernel: size < FACE ? "nearest" : "lanczos3" }).toColourspace("b-w").raw().toBuffer();
  const under = Buffer.from(await cutSquare(image, face.square, FACE));
  const layers: Layer[] = [
    { input: read, left: x, top: y, raw },
    { input: under, left: x + FACE + 12, top: y, raw },
  ];
  if (face.map) {
    const veil = Buffer.from(heatVeil(face.map, FACE));
    layers.push({ input: veil, left: x + FACE + 12, top: y, raw: { ...raw, channels: 4 } });
  }
  return layers;
}

/** A card's words and bars. */
function cardMarks(
  { label, probabilities }: PredictedFace,
  n: number,
  { classNames }: PageWords,
  { x, y, width }: { x: number; y: number; width: number },
): string {
  const marks = [
    rounded(x, y + 40),
    rounded(x + FACE + 12, y + 40),
    `<circle cx="${x + 15}" cy="${y + 14}" r="14" fill="${INK}"/>`,
    write(String(n + 1), x + 15, y + 20, { size: 16, color: "white", bold: true, anchor: "middle" }),
    write(shorten(plain(classNames[label]), 28), x + 40, y + 21, { size: 20, bold: true }),
  ];
  const order = [...classNames.keys()];
  const shown = order.length <= MOST_BARS
    ? order
    : order.sort((a, b) => probabilities[b] - probabilities[a] || a - b).slice(0, MOST_BARS);
  const pitch = FACE / shown.length, from = x + 2 * FACE + 12 + 20;
  const bars = from + 98, most = x + width - bars - 74;
  shown.forEach((index, row) => {
    const middle = y + 40 + (row + 0.5) * Math.min(pitch, 34);
    const wins = index === label;
    const color = wins ? ACCENT : QUIET;
    marks.push(
      write(shorten(plain(classNames[index]), 10), from + 88, middle + 5, {
        size: 15,
        color: wins ? INK : QUIET,
        bold: wins,
        anchor: "end",
      }),
      `<rect x="${bars}" y="${middle - 7}" width="${most}" height="14" rx="3" fill="#f1f3f6"/>`,
      `<rect x="${bars}" y="${middle - 7}" width="${Math.max(1.5, most * probabilities[index])}" height="14" rx="3" ` +
        `fill="${wins ? ACCENT : BAR}"/>`,
      write(percent(probabilities[index]), x + width, middle + 5, { size: 15, color, bold: wins, anchor: "end" }),
    );
  });
  return marks.join("");
}

/** White corners over a face's, so that it looks rounded. */
function rounded(x: number, y: number): string {
  const r = 8, inner = FACE - 2 * r;
  const arc = (dx: number, dy: number) => `a${r},${r} 0 0 0 ${dx},${dy}`;
  return `<path fill="white" fill-rule="evenodd" d="M${x - 1},${y - 1}h${FACE + 2}v${FACE + 2}h${-FACE - 2}Z` +
    `M${x + r},${y}${arc(-r, r)}v${inner}${arc(r, r)}h${inner}${arc(r, -r)}v${-inner}${arc(-r, -r)}Z"/>`;
}

function footerLines({ method, model, notes }: PageWords, letters: number): { text: string; color: string }[] {
  const legend = `Left of each pair: what the network read. Right: ${
    NAMES[method] ?? method
  }, orange where it speaks for the class${
    NEVER_AGAINST.includes(method) ? "" : ", blue where against it"
  }, each scaled to its own largest value.`;
  return [
    ...notes.flatMap((note) => wrap(note, letters)).map((text) => ({ text, color: CAUTION })),
    ...[legend, model].flatMap((text) => wrap(text, letters)).map((text) => ({ text, color: QUIET })),
  ];
}

/** Breaks a text into lines of at most so many letters, where there is a space to break at. */
function wrap(text: string, letters: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line !== "" && line.length + 1 + word.length > letters) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

function shorten(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

function write(
  text: string,
  x: number,
  y: number,
  { size, color = INK, bold = false, anchor = "start" }: {
    size: number;
    color?: string;
    bold?: boolean;
    anchor?: string;
  },
): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${
    bold ? "bold" : "normal"
  }" text-anchor="${anchor}" ` +
    `fill="${color}">${escape(text)}</text>`;
}
