/** What a dataset holds, counted: the same for every `prepare` and for `inspect`, as lines to read or as JSON. */
import type { Dataset } from "../datasets/dataset.ts";
import { foldKind, PARTS } from "../datasets/split.ts";
import { plain } from "../run/words.ts";

/** Counts of a dataset. */
export interface Summary {
  name: string;
  images: number;
  /** Side of an image in pixels. */
  imageSize: number;
  /** Images of each class, in the order of the label numbers. */
  classes: { name: string; images: number }[];
  /** Images without a label. */
  unlabelled: number;
  /** Known subjects, and images whose person is unknown. */
  subjects: number;
  imagesWithoutSubject: number;
  /** Images of each fold that has any, ascending; for cross-validation by fold. */
  folds?: { fold: number; images: number }[];
  /** Images of each part of each official split. */
  splits?: Record<typeof PARTS[number], number>[];
  /** Images in no fold, or in no part of any split. */
  unused: number;
  /** Action Units that are known. */
  actionUnits: number[];
}

/** More folds than this are counted, not listed: nobody reads them. */
const MOST_FOLDS = 30;

/** Counts a dataset. */
export function summarize(dataset: Dataset): Summary {
  const { labels, classNames, subjects, folds, foldColumns } = dataset;
  const classes = classNames.map((name) => ({ name, images: 0 }));
  for (const label of labels) if (label >= 0) classes[label].images++;
  const known = subjects.filter((subject) => subject >= 0);
  const unused = labels.filter((_, n) =>
    folds.subarray(n * foldColumns, (n + 1) * foldColumns).every((part) => part < 0)
  );
  return {
    name: dataset.name,
    images: labels.length,
    imageSize: dataset.imageSize,
    classes,
    unlabelled: labels.length - classes.reduce((sum, { images }) => sum + images, 0),
    subjects: new Set(known).size,
    imagesWithoutSubject: labels.length - known.length,
    ...(foldKind(dataset) === "folds" ? { folds: byFold(folds) } : { splits: bySplit(dataset) }),
    unused: unused.length,
    actionUnits: dataset.actionUnits ?? [],
  };
}

function byFold(folds: Int32Array): { fold: number; images: number }[] {
  const counts = new Map<number, number>();
  for (const fold of folds) if (fold >= 0) counts.set(fold, (counts.get(fold) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b).map(([fold, images]) => ({ fold, images }));
}

function bySplit({ folds, foldColumns }: Dataset): Record<typeof PARTS[number], number>[] {
  const counts = Array.from({ length: foldColumns }, () => ({ train: 0, validation: 0, test: 0 }));
  folds.forEach((part, i) => {
    if (part >= 0) counts[i % foldColumns][PARTS[part]]++;
  });
  return counts;
}

/** The summary as lines for people. */
export function summaryLines(summary: Summary): string[] {
  const { name, images, imageSize, classes, unlabelled, subjects, imagesWithoutSubject, folds, splits, unused } =
    summary;
  const width = Math.max(12, ...classes.map((one) => plain(one.name).length));
  const row = (title: string, count: number) => `  ${title.padEnd(width)} ${count}`;
  return [
    `${plain(name)}: ${images} images of ${imageSize} x ${imageSize} pixels`,
    ...classes.map((one) => row(plain(one.name), one.images)),
    ...(unlabelled > 0 ? [row("no label", unlabelled)] : []),
    subjects > 0
      ? `${subjects} subjects${
        imagesWithoutSubject > 0 ? `, and ${imagesWithoutSubject} images whose person is unknown` : ""
      }`
      : "subjects unknown",
    ...(folds ? foldLines(folds) : []),
    ...(splits ? splitLines(splits) : []),
    ...(unused > 0 ? [`${unused} images in no ${folds ? "fold" : "split"}`] : []),
    ...(summary.actionUnits.length > 0 ? [`Action Units ${summary.actionUnits.join(", ")}`] : []),
  ];
}

function foldLines(folds: { fold: number; images: number }[]): string[] {
  if (folds.length > MOST_FOLDS) return [`${folds.length} folds`];
  const cell = (value: number) => String(value).padStart(6);
  return [
    `fold   ${folds.map(({ fold }) => cell(fold)).join("")}`,
    `images ${folds.map(({ images }) => cell(images)).join("")}`,
  ];
}

function splitLines(splits: Record<typeof PARTS[number], number>[]): string[] {
  const line = (cells: unknown[]) => cells.map((cell, i) => String(cell).padStart([5, 7, 12, 6][i])).join("");
  return [line(["split", ...PARTS]), ...splits.map((split, n) => line([n, ...PARTS.map((part) => split[part])]))];
}
