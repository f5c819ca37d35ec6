/** A page of sample images of a data set, one row a class: because people look at crops rather than read about them. */

import { checkDataset } from "./check.ts";
import type { Dataset } from "./dataset.ts";
import { sharp } from "./deps.ts";

/** How much of the data set to show. */
export interface ContactSheetOptions {
  /** Images a row, 1..40; 8 when left out, or as many as the fullest class has. */
  columns?: number;
  /** Rows, 1..40: as many classes from the first on; all classes when left out. */
  rows?: number;
}

const CELL = 96;
const GAP = 6;
const MARGIN = 16;
const LABEL = 118;

/**
 * Lays out sample images: rows are classes with their names and counts, columns are different subjects where the
 * data set knows them. The same data set gives the same picture.
 *
 * @param dataset any data set; images are shown at 96 x 96 pixels.
 * @param options number of rows and columns.
 * @returns a PNG file.
 * @throws RangeError when rows or columns are not whole numbers from 1 to 40.
 *
 * @example
 * ```ts
 * import { contactSheet } from "./contact_sheet.ts";
 * import { generateSynthetic } from "./synthetic/generate.ts";
 * const faces = await generateSynthetic({ subjects: 2, imagesPerSubject: 8, imageSize: 48, seed: 1 });
 * const png = await contactSheet(faces, { columns: 8 }); // ready for Deno.writeFile("faces.png", png)
 * if (png[1] !== 0x50) throw new Error("a PNG file");
 * ```
 */
export async function contactSheet(dataset: Dataset, options: ContactSheetOptions = {}): Promise<Uint8Array> {
  checkDataset(dataset);
  // No wider than the fullest class: white paper says nothing.
  const counts = dataset.classNames.map((_, label) => dataset.labels.filter((other) => other === label).length);
  const fullest = Math.max(1, ...counts);
  const { columns = Math.min(8, fullest), rows = Math.min(40, dataset.classNames.length) } = options;
  for (const [name, value] of [["columns", columns], ["rows", rows]] as const) {
    if (!Number.isInteger(value) || value < 1 || value > 40) {
      throw new RangeError(`contactSheet: ${name} is ${value}; expected a whole number from 1 to 40.`);
    }
  }
  const { imageSize, classNames, labels } = dataset;
  const shownRows = Math.min(rows, classNames.length);
  const width = 2 * MARGIN + LABEL + columns * (CELL + GAP) - GAP;
  const height = 2 * MARGIN + shownRows * (CELL + GAP) - GAP;
  const overlays = [];
  const texts: string[] = [];
  for (let row = 0; row < shownRows; row++) {
    const top = MARGIN + row * (CELL + GAP);
    const count = labels.reduce((sum, label) => sum + (label === row ? 1 : 0), 0);
    texts.push(
      `<text x="${MARGIN}" y="${top + CELL / 2 - 1}" font-size="15" fill="#222">${escape(classNames[row])}</text>` +
        `<text x="${MARGIN}" y="${top + CELL / 2 + 16}" font-size="11" fill="#777">${count.toLocaleString("en")} image${
          count === 1 ? "" : "s"
        }</text>`,
    );
    for (const [column, index] of chooseImages(dataset, row, columns).entries()) {
      const bytes = dataset.images.subarray(index * imageSize ** 2, (index + 1) * imageSize ** 2);
      const cell = await sharp(bytes, { raw: { width: imageSize, height: imageSize, channels: 1 } })
        .resize(CELL, CELL, { kernel: "cubic" }).png({ compressionLevel: 1 }).toBuffer();
      overlays.push({ input: cell, left: MARGIN + LABEL + column * (CELL + GAP), top });
    }
  }
  const page = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#fff"/><g font-family="DejaVu Sans, sans-serif">${
      texts.join("")
    }</g></svg>`;
  const png = await sharp(new TextEncoder().encode(page)).composite(overlays).png().toBuffer();
  return new Uint8Array(png);
}

/** Images of a class, each from another subject as long as there are new ones, spread over the whole data set. */
function chooseImages({ labels, subjects }: Dataset, label: number, count: number): number[] {
  const candidates = Array.from(labels.keys()).filter((index) => labels[index] === label);
  const seen = new Set<number>();
  const first: number[] = [];
  const repeats: number[] = [];
  for (const index of candidates) {
    const isNew = subjects[index] < 0 || !seen.has(subjects[index]);
    seen.add(subjects[index]);
    (isNew ? first : repeats).push(index);
  }
  const chosen = first.length > count
    ? Array.from({ length: count }, (_, place) => first[Math.floor(place * first.length / count)])
    : [...first, ...repeats].slice(0, count);
  return chosen;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
