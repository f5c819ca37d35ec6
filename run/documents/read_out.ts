/** probe.json: how well the Action Units can be read from a layer. */
import { later, listOf, NUMBER, type Read, type Schema, table, TEXT, type Written } from "../../formats/schema.ts";
import { defineDocument } from "./document.ts";
import { COUNT, MEASURE } from "./layer.ts";

/** A unit that was read. */
const READ = table({
  unit: COUNT,
  images: COUNT,
  present: later(COUNT),
  baseRate: NUMBER,
  auc: MEASURE,
  f1: MEASURE,
  f1OfAlways: MEASURE,
  aucOfRandomWeights: MEASURE,
});
/** A unit that was not, and why. */
const UNREAD = table({ unit: COUNT, unread: TEXT });

const UNIT: Schema<
  Read<typeof READ> | Read<typeof UNREAD>,
  Written<typeof READ> | Written<typeof UNREAD>
> = {
  expected: READ.expected,
  fault: (value) => (Object.hasOwn(Object(value), "unread") ? UNREAD : READ).fault(value),
};

/** The document. */
export const READ_OUT = defineDocument({
  task: "correspond",
  format: { name: "aulens read-out", version: 1 },
  schema: table({
    /** What was held out, in a sentence. */
    rule: TEXT,
    units: listOf(UNIT),
    /** Means over the units that were read. */
    auc: MEASURE,
    aucOfRandomWeights: MEASURE,
    f1Micro: MEASURE,
    f1MicroOfRandomWeights: MEASURE,
    f1MicroOfAlways: MEASURE,
  }),
});

/** What a reader gets. */
export type ReadOutRead = Read<typeof READ_OUT.schema>;
