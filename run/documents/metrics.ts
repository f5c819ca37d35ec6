/** metrics.json: how good the last checkpoint is on the three parts of the split. It is written last, and says that the run has ended. */
import { listOf, NUMBER, orNull, type Read, table, TEXT, where, whole } from "../../formats/schema.ts";
import { defineDocument } from "./document.ts";
import { confusionFault, COUNT } from "./fields.ts";

/** How good a network is on some images. */
const PART = table({
  images: whole(1),
  /** Share of hits, 0..1. */
  accuracy: NUMBER,
  /** Mean negative log likelihood. */
  loss: NUMBER,
  /** confusion[label][prediction], counts. */
  confusion: listOf(listOf(COUNT)),
});

/** metrics.json. */
export const METRICS = defineDocument({
  task: "train",
  format: { name: "aulens metrics", version: 1 },
  schema: where(
    table({
      /** Updates that the network has seen. */
      checkpoint: whole(0),
      /** The rule that chose it, in words. */
      selection: TEXT,
      classNames: listOf(TEXT),
      /** Null for a part without images. */
      train: orNull(PART),
      validation: orNull(PART),
      test: PART,
    }),
    ({ classNames, ...parts }) => {
      for (const name of ["train", "validation", "test"] as const) {
        const part = parts[name];
        const fault = part && confusionFault(classNames.length, part.images, part.confusion, [name, "confusion"]);
        if (fault) return fault;
      }
    },
  ),
});

/** How good a network is on some images. */
export type PartMetrics = Read<typeof PART>;
/** What metrics.json holds. */
export type Metrics = Read<typeof METRICS.schema>;
