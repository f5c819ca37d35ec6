/** manifest.json: what a cross-validation does, so that any process can do any of its runs, and a second start goes on with the first. */
import { listOf, oneOf, type Read, table, TEXT, where, whole } from "../../formats/schema.ts";
import { planRuns } from "../../training/cross_validation/plan.ts";
import { SELECTIONS } from "../../training/evaluation/select.ts";
import { VARIANTS } from "../../training/options.ts";
import { defineDocument } from "./document.ts";
import { SHARED } from "./run.ts";

/** manifest.json. */
export const MANIFEST = defineDocument({
  task: "crossval",
  format: { name: "aulens cross-validation", version: 1 },
  schema: table({
    selection: oneOf(SELECTIONS),
    /** Every default that depends on the machine is filled in. */
    options: SHARED,
    /** Updates of each run. */
    steps: whole(1),
    /** Which data the runs have to find. */
    fingerprint: TEXT,
    /** In the order in which they were first asked for: their places are the elements of an array job. */
    runs: listOf(where(
      table({ name: TEXT, variant: oneOf(VARIANTS), split: whole(0), seed: whole(0) }),
      ({ name, variant, split, seed }) => {
        const [planned] = planRuns({ variants: [variant], splits: [split], seeds: [seed] });
        if (planned.name !== name) return { path: ["name"], value: name, expected: planned.name };
      },
    )),
  }),
});

/** What manifest.json holds. */
export type Manifest = Read<typeof MANIFEST.schema>;
/** What all runs of a cross-validation share: the training options but variant, split, seed and folder. */
export type SharedOptions = Manifest["options"];
