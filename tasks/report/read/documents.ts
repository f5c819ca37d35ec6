/** What `visualize` and `correspond` leave as JSON, as far as the report reads it. */
import type { Selection } from "../../../training/evaluation/select.ts";
import type { UnitEntry } from "../../correspond/tables.ts";
import type { ReadOut } from "../../correspond/read_out.ts";

/** One strong response of a filter. */
export interface Hit {
  image: number;
  subject: number;
  class: string | null;
  activation: number;
  structuralSimilarity: number | null;
}

/** A filter and its strong responses. */
export interface VisualizedFilter {
  filter: number;
  /** Name of its sheet's file. */
  sheet: string;
  selectivity: number | null;
  preferredClass: string | null;
  structuralSimilarity: number | null;
  hits: Hit[];
}

/** visualization.json. */
export interface Visualization {
  fingerprint: string;
  images: number;
  checkpoint: { step: number; rule: string };
  layer: string;
  method: string;
  top: number;
  distinctSubjects: boolean;
  receptiveField: { size: number };
  control: { draws?: number; structuralSimilarity: number | null };
  filters: VisualizedFilter[];
}

/** correspondence.json. What could not be measured is null. */
export interface Correspondence {
  layer: string;
  on: "test" | "all";
  images: number;
  checkpoint: number;
  selection: Selection;
  rule: string;
  options: { bins: number; permutations: number; minimumSupport: number; seed: number };
  exchanged: string;
  truthTest: string[];
  units: UnitEntry[];
}

/** A line of correspondence.csv. */
export interface PairLine {
  unit: number;
  filter: number;
  kl: number;
  auc: number;
  /** What exchanged labels give on average. */
  nullAuc: number;
  familywise: number;
  /** The same of the direction. */
  direction: number;
}

/** A layer's comparison with the Action Units. */
export interface Corresponded {
  document: Correspondence;
  pairs: PairLine[];
  probe: ReadOut | undefined;
}
