/** The pages of `visualize`: a sheet for a filter, the overview of selective filters, conv1's filters as they are. */
import type { Part } from "./page.ts";
import { GREY_SCALE, greyLevels, scaled } from "./grey.ts";
import { Page } from "./page.ts";

/** One strong response as it is shown. */
export interface ShownHit {
  /** Where the receptive field lies in the square that is shown; smaller at an image's border. */
  part: Part;
  /** Grey levels of the image there, 0..255. */
  patch: Uint8Array;
  /** The projection there, and that of the same unit through randomised weights. */
  projection: Float32Array;
  control: Float32Array;
  activation: number;
  /** Structural similarity of projection and control. */
  similarity: number;
  image: number;
  /** Its class and subject in words. */
  className: string;
  subject: string;
}

/** A filter with its strongest responses. */
export interface ShownFilter {
  layer: string;
  filter: number;
  selectivity: number;
  /** The class that it prefers; undefined where it answers no image. */
  preferred: string | undefined;
  /** Mean structural similarity of the hits; undefined where there are none. */
  similarity: number | undefined;
  hits: ShownHit[];
}

/** What all pages of a run say. */
export interface PageNotes {
  /** Side of a layer's receptive field in pixels. */
  side: number;
  /** "guided back-projection", for example. */
  method: string;
  /** Which network looked at how many images. */
  source: string;
}

/** A part of a page, in pixels. */
export interface Region {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What the part of a square that has no grey means. */
const BORDER = "Pale blue lies beyond the image's border.";
const MARGIN = 24, GAP = 6;
/** Where a sheet's pictures stand: the first one's corner, the side of one, the space between two; three rows, a column a hit. */
export const SHEET = { left: MARGIN + 124, top: 84, cell: 104, gap: GAP } as const;
/** Where the weights stand on their page: the first grid's corner, the side of a filter, the space between two, filters a row, and between the grids. */
const WEIGHTS = { left: MARGIN, top: 84, cell: 46, gap: GAP, columns: 8, between: 56 } as const;
const ROWS = [
  ["image", "what the unit sees"],
  ["projection", "trained weights"],
  ["control", "random weights"],
] as const;

/** A sheet: the patches, their projections, and the projections' control, one hit a column. */
export function filterSheet(shown: ShownFilter, notes: PageNotes): Promise<Uint8Array> {
  const { cell, top: head } = SHEET;
  const label = SHEET.left - MARGIN, caption = 68;
  const { hits } = shown;
  const columns = Math.max(5, hits.length);
  const page = new Page(
    Math.max(840, 2 * MARGIN + label + columns * (cell + GAP) - GAP),
    hits.length === 0 ? head + 60 : head + 3 * (cell + GAP) + caption + MARGIN,
  );
  page.text(`${shown.layer}, filter ${shown.filter}`, MARGIN, 38, { size: 17, weight: "bold" });
  page.quiet(filterWords(shown), MARGIN, 57, { size: 12 });
  page.quiet(`${notes.source}; ${notes.method}.`, MARGIN, 73);
  if (hits.length === 0) {
    page.text("No image excites this filter.", MARGIN, head + 18, { size: 13 });
    return page.png();
  }
  ROWS.forEach(([name, words], row) => {
    const middle = head + row * (cell + GAP) + cell / 2;
    page.text(name, MARGIN, middle, { size: 13 });
    page.quiet(words, MARGIN, middle + 16);
  });
  hits.forEach((hit, column) => {
    const x = MARGIN + label + column * (cell + GAP);
    drawHit(page, hit, notes.side, x, head, cell);
    const below = head + 3 * (cell + GAP) + 10;
    const middle = { anchor: "middle" } as const;
    page.text(`${number(hit.activation)}`, x + cell / 2, below, { ...middle, size: 12 });
    page.quiet(short(hit.className, 16), x + cell / 2, below + 15, middle);
    page.quiet(hit.subject, x + cell / 2, below + 29, middle);
    page.quiet(number(hit.similarity), x + cell / 2, below + 45, middle);
  });
  page.quiet("activation", MARGIN, head + 3 * (cell + GAP) + 10);
  page.quiet("class, person", MARGIN, head + 3 * (cell + GAP) + 25);
  page.quiet("similarity to control", MARGIN, head + 3 * (cell + GAP) + 55);
  page.quiet(`${GREY_SCALE} ${BORDER}`, MARGIN, page.height - 12, { size: 10 });
  return page.png();
}

/** The most selective of so many filters, best first: a few hits of each, with projections and controls. */
export function overview(filters: readonly ShownFilter[], of: number, notes: PageNotes): Promise<Uint8Array> {
  const cell = 64, perFilter = 5, columns = 2, head = 104, panelGap = 30, title = 40;
  const panelWidth = 84 + perFilter * (cell + GAP) - GAP, panelHeight = title + 3 * (cell + GAP);
  const rows = Math.ceil(filters.length / columns);
  const page = new Page(
    2 * MARGIN + columns * panelWidth + (columns - 1) * panelGap,
    head + Math.max(1, rows) * (panelHeight + panelGap) + 8,
  );
  const layer = filters[0]?.layer ?? "";
  const chosen = filters.length < of
    ? `${filters.length} of ${of} filters of ${layer}, the most selective`
    : `${of} filters of ${layer}, the most selective first`;
  page.text(chosen, MARGIN, 38, { size: 17, weight: "bold" });
  page.quiet(`${notes.source}; ${notes.method}.`, MARGIN, 57);
  page.quiet(
    "Selectivity: (m − o) / (m + o), m the mean response to the preferred class, o that to the others.",
    MARGIN,
    73,
  );
  page.quiet(`${GREY_SCALE} ${BORDER}`, MARGIN, 89);
  filters.forEach((shown, place) => {
    const left = MARGIN + (place % columns) * (panelWidth + panelGap);
    const top = head + Math.floor(place / columns) * (panelHeight + panelGap);
    page.text(`filter ${shown.filter}`, left, top + 16, { size: 13, weight: "bold" });
    page.quiet(filterWords(shown), left, top + 32);
    ROWS.forEach(([name], row) => page.quiet(name, left, top + title + row * (cell + GAP) + cell / 2 + 4));
    shown.hits.slice(0, perFilter).forEach((hit, column) =>
      drawHit(page, hit, notes.side, left + 84 + column * (cell + GAP), top + title, cell)
    );
  });
  return page.png();
}

/**
 * conv1's weights, beside those of the control: each filter is the picture that it answers most.
 *
 * @returns The bytes of a PNG file, and where both are on it.
 */
export async function weightGrid(
  trained: Float32Array,
  control: Float32Array,
  source: string,
): Promise<{ png: Uint8Array; regions: Record<"trained" | "control", Region> }> {
  const { cell, columns, between, top: head } = WEIGHTS;
  const side = 5;
  const count = trained.length / side ** 2, rows = Math.ceil(count / columns);
  const grid = columns * (cell + GAP) - GAP;
  const page = new Page(2 * MARGIN + 2 * grid + between, head + rows * (cell + GAP) + MARGIN + 12);
  page.text(`conv1, its ${count} filters`, MARGIN, 38, { size: 17, weight: "bold" });
  page.quiet(`${source}. 5 x 5 weights each, row by row from filter 0.`, MARGIN, 57);
  [{ name: "trained", weights: trained }, { name: "control: random weights", weights: control }].forEach((one, n) => {
    const left = MARGIN + n * (grid + between);
    page.text(one.name, left, head - 8, { size: 13 });
    for (let filter = 0; filter < count; filter++) {
      const values = greyLevels(scaled(one.weights.slice(filter * side ** 2, (filter + 1) * side ** 2)));
      const [x, y] = [left + (filter % columns) * (cell + GAP), head + Math.floor(filter / columns) * (cell + GAP)];
      page.draw(values, { top: 0, left: 0, height: side, width: side }, side, x, y, cell);
    }
  });
  page.quiet(GREY_SCALE, MARGIN, page.height - 14, { size: 10 });
  const region = { left: MARGIN, top: head, width: grid, height: rows * (cell + GAP) - GAP };
  return { png: await page.png(), regions: { trained: region, control: { ...region, left: MARGIN + grid + between } } };
}

/** Patch, projection and control below one another. */
function drawHit(page: Page, hit: ShownHit, side: number, x: number, y: number, cell: number): void {
  const pictures = [hit.patch, greyLevels(scaled(hit.projection)), greyLevels(scaled(hit.control))];
  pictures.forEach((picture, row) => page.draw(picture, hit.part, side, x, y + row * (cell + GAP), cell));
}

function filterWords({ selectivity, preferred, similarity }: ShownFilter): string {
  const prefers = preferred === undefined
    ? "answers no image"
    : `selectivity ${number(selectivity)}, for ${short(preferred, 20)}`;
  return similarity === undefined ? prefers : `${prefers}; similarity to control ${number(similarity)}`;
}

/** A number as it is read on a page. */
export function number(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2).replace("-", "−");
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
