/** What the page is told beside the model: `about.json`. */

/** The filters that a run has sheets of. */
export interface AboutFilters {
  /** How many images were looked at, and how responses went back to the pixels. */
  images: number;
  method: string;
  /** Those that answer any image: number, strongest response to one, class preferred, hits in the sheet. */
  filters: { filter: number; strongest: number; preferred: string | null; hits: number }[];
}

/** Everything. */
export interface About {
  /** The run's or the file's name, and why this checkpoint. */
  name: string;
  rule: string;
  /** Undefined where the run has no sheets of this checkpoint. */
  filters?: AboutFilters;
  /** The command that makes sheets. */
  remedy: string;
}
