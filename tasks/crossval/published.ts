/** The paper's own figures, for the table: only those that were read somewhere, with where. */
import { authorsDataset } from "../../datasets/authors_folder.ts";
import { readPreparedMeta } from "../../datasets/prepared.ts";

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

/** The figure to stand beside a cross-validation on the data in a folder; none beside one on a twin, which is drawn. */
export async function publishedFor(dataset: string, folder: string): Promise<Published | undefined> {
  if (!Object.hasOwn(PUBLISHED, dataset)) return undefined;
  const twin = await authorsDataset(folder) === undefined && "twin" in (await readPreparedMeta(folder)).details;
  return twin ? undefined : PUBLISHED[dataset];
}
