/** evaluation.json: which checkpoint a rule chose, and how good it is on the test images; evaluation_on_*.json, the same on other data. */
import {
  later,
  listOf,
  NUMBER,
  oneOf,
  OPTIONS,
  type Read,
  table,
  TEXT,
  TRUTH,
  where,
  whole,
  type Written,
} from "../../formats/schema.ts";
import { SELECTIONS } from "../../training/evaluation/select.ts";
import { defineDocument } from "./document.ts";
import { COUNT, SCORE, SETTINGS, TEST } from "./fields.ts";

/** evaluation.json. */
export const EVALUATION = defineDocument({
  task: "evaluate",
  format: { name: "aulens evaluation", version: 1 },
  schema: where(
    table({
      selection: oneOf(SELECTIONS),
      rule: TEXT,
      optimistic: TRUTH,
      dataset: TEXT,
      fingerprint: TEXT,
      classNames: listOf(TEXT),
      images: table({ train: COUNT, validation: COUNT, test: COUNT }),
      settings: SETTINGS,
      initialScale: NUMBER,
      checkpoints: listOf(SCORE),
      chosen: SCORE,
      test: TEST,
      seenTestImages: later(COUNT),
      /** The options in force. */
      options: later(OPTIONS),
    }),
    ({ classNames, checkpoints, test }) => {
      if (checkpoints.length === 0) return { path: ["checkpoints"], value: checkpoints, expected: "a checkpoint" };
      if (test.perClass.length !== classNames.length) {
        return { path: ["classNames"], value: classNames, expected: `the names of ${test.perClass.length} classes` };
      }
    },
  ),
});

/** Of evaluation.json only the choice: a model can be read whatever became of the rest. */
export const CHOICE = defineDocument({
  task: EVALUATION.task,
  format: EVALUATION.format,
  schema: table({ chosen: table({ step: whole(0) }), checkpoints: listOf(table({ step: whole(0) })) }),
});

/** evaluation.json as it is read. */
export type EvaluationRead = Read<typeof EVALUATION.schema>;
/** evaluation.json as it is written. */
export type EvaluationDocument = Written<typeof EVALUATION.schema>;

/** evaluation_on_<name>-<fingerprint>.json. */
export const TRANSFER = defineDocument({
  task: "evaluate",
  format: { name: "aulens transfer", version: 1 },
  schema: table({
    trainedOn: TEXT,
    testedOn: TEXT,
    fingerprint: TEXT,
    selection: oneOf(SELECTIONS),
    rule: TEXT,
    /** The checkpoint, chosen on the run's own data. */
    step: whole(0),
    /** By their names the two sets hold the same photographs; cut out or scaled otherwise, pixels do not find them. */
    shareImages: TRUTH,
    /** Images that were left out because the network has learned them, or others of their people. */
    seen: later(table({ same: COUNT, ofSamePeople: COUNT })),
    leftOut: listOf(table({ name: TEXT, images: COUNT })),
    test: TEST,
    /** Steps of all checkpoints that it was chosen from. */
    compared: later(listOf(whole(0))),
    /** The options in force, but for the place of the other data. */
    options: later(OPTIONS),
  }),
});

/** evaluation_on_*.json as it is read. */
export type TransferRead = Read<typeof TRANSFER.schema>;
/** evaluation_on_*.json as it is written. */
export type TransferRecord = Written<typeof TRANSFER.schema>;
