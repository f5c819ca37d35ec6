/** The paper's own figures, for the table: only those that were read somewhere, with where. */

/** A figure that was published. */
export interface Published {
  /** Mean accuracy over folds or splits, 0..1. */
  accuracy: number;
  source: string;
}

const SOURCE = "Khorrami, Paine and Huang 2015, as later surveys quote it";

/** Accuracy of the paper's best network by dataset, on the licensed photographs. */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  ck_plus: { accuracy: 0.951, source: SOURCE },
  ck_plus_six_class: { accuracy: 0.957, source: SOURCE },
  tfd: { accuracy: 0.886, source: SOURCE },
};
