/** What `visualize` and `correspond` leave as JSON, as far as the report reads it. */
import type { OptionValues } from "../../option_list.ts";
import type { Selection } from "../../../training/evaluation/select.ts";
import type { UnitFinding } from "../../../analysis/action_units/findings.ts";
import type { ReadOut } from "../../../analysis/action_units/read_out.ts";

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
  /** Those that it was chosen from, and the options in force, are not said by documents of earlier versions. */
  checkpoint: { step: number; rule: string; compared?: number[] };
  options?: OptionValues;
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
  /** Steps that it was chosen from. */
  compared?: number[];
  selection: Selection;
  rule: string;
  options: OptionValues & {
    bins: number;
    range?: "full" | "quantiles" | [low: number, high: number];
    smoothing?: number;
    statistic?: "auc" | "kl";
    permutations: number;
    minimumSupport: number;
    seed: number;
  };
  exchanged: string;
  /** Whom the intervals are over, in words. */
  intervals: string;
  truthTest: string[];
  units: UnitFinding[];
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
