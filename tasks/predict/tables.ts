/** Predictions as text: lines to read, JSON and CSV for programs. */
import type { FaceCrop } from "../../datasets/faces/mod.ts";
import type { LoadedModel } from "../../run/model.ts";
import { jsonText } from "../../formats/json.ts";
import { csv } from "../../formats/csv.ts";
import { percent, plain } from "../../run/words.ts";
import type { PredictedFace, PredictedPicture } from "./predict.ts";

/** What is kept of a picture when it has been dealt with. */
export interface Predicted extends Omit<PredictedPicture, "image" | "faces"> {
  faces: Omit<PredictedFace, "crop" | "map">[];
  /** Why it has no annotated copy, where one was to be drawn and could not be. */
  undrawn?: Error;
}

/** What all the tables are made from. */
export interface Predictions {
  loaded: LoadedModel;
  crop: FaceCrop;
  notes: string[];
  pictures: Predicted[];
}

/** A line for each face, aligned under a header. */
export function faceLines({ loaded, pictures }: Predictions): string[] {
  const { classNames } = loaded.model.info;
  const rows = pictures.flatMap(({ path, faces }) =>
    faces.map(({ box, label, probabilities }) => {
      const [left, top, width, height] = [box.left, box.top, box.width, box.height].map((side) => Math.round(side));
      return [
        plain(path),
        `${width} x ${height} at ${left}, ${top}`,
        plain(classNames[label]),
        percent(probabilities[label]),
      ];
    })
  );
  if (rows.length === 0) return [];
  const all = [["file", "box", "class", "probability"], ...rows];
  const widths = [0, 1, 2].map((column) => all.reduce((most, row) => Math.max(most, row[column].length), 0));
  return all.map((row) => row.map((cell, column) => column < 3 ? cell.padEnd(widths[column]) : cell).join("   "));
}

/** How many there were: `22 faces in 6 pictures; 1 without a face; 2 not read`. */
export function countLine(pictures: readonly Predicted[]): string {
  const read = pictures.filter(({ error }) => !error);
  const faces = read.reduce((sum, { faces }) => sum + faces.length, 0);
  const empty = read.filter(({ faces }) => faces.length === 0).length;
  const broken = pictures.length - read.length;
  return [
    `${faces} ${faces === 1 ? "face" : "faces"} in ${read.length} ${read.length === 1 ? "picture" : "pictures"}`,
    ...(empty > 0 ? [`${empty} without a face`] : []),
    ...(broken > 0 ? [`${broken} not read`] : []),
  ].join("; ");
}

/** Everything, as text of JSON. Equal predictions give equal text. */
export function predictionsJson(
  { loaded: { model: { info }, path, rule }, crop, notes, pictures }: Predictions,
): string {
  return jsonText(
    {
      format: "aulens predictions 1",
      model: { path, rule, ...info },
      crop,
      notes,
      classNames: info.classNames,
      pictures: pictures.filter(({ error }) => !error).map(({ path, width, height, faces }) => ({
        file: path,
        width,
        height,
        faces: faces.map(({ box, detector, landmarks, square, label, probabilities }) => ({
          box,
          detector: detector ?? null,
          landmarks: landmarks ?? null,
          square,
          class: info.classNames[label],
          probability: probabilities[label],
          probabilities,
        })),
      })),
      errors: pictures.flatMap(({ path, error, undrawn }) =>
        [error, undrawn].flatMap((one) => one ? [{ file: path, error: one.message }] : [])
      ),
    },
  );
}

/**
 * A line for each face, under a header; its box and the square that was cut out in pixels of the upright picture. A path that a spreadsheet would
 * take for a formula gets `./` before it, which says the same file.
 */
export function predictionsCsv({ loaded, pictures }: Predictions): string {
  const { classNames } = loaded.model.info;
  const header = [
    ...["file", "face", "left", "top", "width", "height", "detector", "score"],
    ...["square_left", "square_top", "square_size", "class", "probability"],
    ...classNames.map((name) => `p(${name})`),
  ];
  const lines = pictures.flatMap(({ path, faces }) =>
    faces.map(({ box, detector, square, label, probabilities }, face) => [
      ...[
        /^[=+\-@\t\r]/.test(path) ? `./${path}` : path,
        face + 1,
        box.left,
        box.top,
        box.width,
        box.height,
        detector ?? "",
        box.score,
      ],
      ...[square.left, square.top, square.size, classNames[label], probabilities[label], ...probabilities],
    ])
  );
  return csv([header, ...lines]);
}
