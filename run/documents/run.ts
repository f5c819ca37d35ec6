/** run.json: everything that a run was told and found. */
import {
  kind,
  later,
  listOf,
  NUMBER,
  oneOf,
  orMissing,
  type Read,
  table,
  tableOf,
  TEXT,
  TRUTH,
  whole,
  type Written,
} from "../../formats/schema.ts";
import { CONVOLUTION_METHODS } from "../../kernels/convolution/mod.ts";
import { SELECTIONS } from "../../training/evaluation/select.ts";
import { CROP_RULES, IMAGES_KINDS } from "../../training/model.ts";
import { VARIANTS } from "../../training/options.ts";
import { DATASETS } from "../dataset_names.ts";
import { defineDocument } from "./document.ts";
import { SETTINGS } from "./fields.ts";

/** A path, whatever is in it: systems allow more than can be printed. */
const PATH = kind<string>("a path", (value) => typeof value === "string" && value !== "");

/** What a run can be told, `select` aside: what was left out is not there. */
const GIVEN = {
  /** Left out where only `data` says what to train on. */
  dataset: orMissing(oneOf(DATASETS)),
  data: orMissing(PATH),
  variant: orMissing(oneOf(VARIANTS)),
  split: orMissing(whole(0)),
  steps: orMissing(whole(1)),
  batch: orMissing(whole(1)),
  imageSize: orMissing(whole(1)),
  seed: orMissing(whole(0, 2 ** 32 - 1)),
  normalization: orMissing(oneOf(["local-mean", "local-contrast"])),
  learningRate: orMissing(NUMBER),
  momentum: orMissing(NUMBER),
  weightDecay: orMissing(NUMBER),
  checkpointEvery: orMissing(whole(1)),
  run: orMissing(PATH),
  resume: orMissing(TRUTH),
  initScale: orMissing(NUMBER),
  convolution: orMissing(oneOf(CONVOLUTION_METHODS)),
};

/** What all runs of a cross-validation share: all that a run can be told but variant, split, seed, folder and the rule of choice. */
export const SHARED = table((({ variant: _1, split: _2, seed: _3, run: _4, resume: _5, ...shared }) => shared)(GIVEN));

/** run.json. */
export const RUN = defineDocument({
  task: "train",
  format: { name: "aulens run", version: 1 },
  schema: table({
    /** What was asked for, and the rule by which a checkpoint is to be chosen. */
    given: table({ ...GIVEN, select: oneOf(SELECTIONS) }),
    /** Updates at the end. */
    steps: whole(1),
    /** Updates between checkpoints. */
    checkpointEvery: whole(1),
    settings: SETTINGS,
    network: table({
      imageSize: whole(1),
      classes: whole(2),
      seed: whole(0),
      initialScale: NUMBER,
      convolution: oneOf(CONVOLUTION_METHODS),
    }),
    dataset: table({
      name: TEXT,
      /** The whole path of where it was read from; in early files as it was named then. */
      folder: TEXT,
      fingerprint: TEXT,
      /** How many. */
      images: whole(1),
      classNames: listOf(TEXT),
      kind: later(oneOf(IMAGES_KINDS)),
      crop: later(oneOf(CROP_RULES)),
    }),
    adapter: table({ vendor: TEXT, architecture: TEXT, device: TEXT, description: TEXT, software: TRUTH }),
    versions: tableOf(TEXT),
  }),
});

/** run.json as it is read. */
export type RunRead = Read<typeof RUN.schema>;
/** run.json as it is written. */
export type RunWritten = Written<typeof RUN.schema>;
