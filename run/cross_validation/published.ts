/** The paper's own figures, for the table: only those that were read somewhere, with where. */
import { authorsDataset } from "../../datasets/authors_folder.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { readPreparedMeta } from "../../datasets/prepared.ts";
import { licensedSet } from "../licensed.ts";

/** A figure that was published. */
export interface Published {
  /** Mean accuracy over folds or splits, 0..1. */
  accuracy: number;
  source: string;
}

const SOURCE = "Khorrami, Paine and Huang 2015, as later surveys quote it";

/** Accuracy of the paper's best network by dataset, on the licensed photographs. */
const PUBLISHED: Readonly<Record<string, Published>> = {
  ck_plus: { accuracy: 0.951, source: SOURCE },
  ck_plus_six_class: { accuracy: 0.957, source: SOURCE },
  tfd: { accuracy: 0.886, source: SOURCE },
};

/** Labelled images of the real sets: the folders of the paper's authors say nothing of their source. */
const IMAGES = { tfd: 4178, ck_plus: 1308 };

/** The figure to stand beside a cross-validation on the data in a folder; none beside one on a twin or on anything else of that name. */
export async function publishedFor(
  dataset: Pick<Dataset, "name" | "labels">,
  folder: string,
): Promise<Published | undefined> {
  const { name, labels } = dataset;
  if (!Object.hasOwn(PUBLISHED, name)) return undefined;
  const authors = await authorsDataset(folder);
  const isReal = authors
    ? labels.length === IMAGES[authors]
    : licensedSet(await readPreparedMeta(folder)) !== undefined;
  return isReal ? PUBLISHED[name] : undefined;
}
