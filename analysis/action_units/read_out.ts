/** How well the Action Units can be read from a layer, of people whom neither the network nor the read-out has seen. */
import type { Dataset } from "../../datasets/dataset.ts";
import { atOnce } from "../in_turns.ts";
import type { LayerResponses } from "../responses.ts";
import { probeInTurns, type ProbeResult, type UnitReadOut } from "../statistics/probe.ts";
import { observe } from "./observations.ts";

/** What can be read from a layer, and from the same layer of a network of random weights. */
export interface ReadOut {
  /** What was held out, in a sentence. */
  rule: string;
  /** Every unit, with the reason where it could not be read. */
  units: ({ unit: number } & (UnitReadOut & { aucOfRandomWeights: number } | { unread: string }))[];
  /** Means over the units that were read; NaN where there is none. */
  auc: number;
  aucOfRandomWeights: number;
  /** F1 over all units' decisions together. */
  f1Micro: number;
  f1MicroOfRandomWeights: number;
  /** The same of always saying that a unit is present. */
  f1MicroOfAlways: number;
}

/** Which images are read. */
export interface ReadOutImages {
  /** Numbers of the images that there are responses to, in their order. */
  rows: Uint32Array;
  /**
   * Those of them that are read by models which were fitted on the others: the test images. Left out: every fold of the
   * dataset is read in turn by a model fitted on the others; the network has seen most of these images.
   */
  test?: Uint32Array;
}

/**
 * Fits and tests the read-outs: a logistic model for each unit on the responses of all filters (`actionUnitProbe`), for
 * the network and for one of random weights.
 *
 * @param dataset The dataset that the images are of.
 * @param images Which of them.
 * @param responses Of the network, and of one of random weights (`randomizedControl`), to these images.
 * @throws {DatasetError} for a dataset that knows no Action Unit.
 * @throws {RangeError} where no image is read or none is fitted on, or a person is among both.
 * @throws {NotConvergedError} When a fit does not reach its optimum.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readOut } from "./read_out.ts";
 *
 * // 40 images of 40 people; one filter of the network answers to the unit, that of the random weights to nothing.
 * const count = 40, units = Uint8Array.from({ length: count }, (_, n) => n % 2);
 * const dataset = {
 *   name: "mine",
 *   imageSize: 1,
 *   classNames: ["neutral", "happy"],
 *   images: new Uint8Array(count),
 *   labels: Int32Array.from(units),
 *   subjects: Int32Array.from(units, (_, n) => n),
 *   folds: Int32Array.from(units, (_, n) => n % 5),
 *   foldColumns: 1,
 *   fingerprint: "",
 *   actionUnits: [12],
 *   units,
 * };
 * const rows = Uint32Array.from(units, (_, n) => n), test = rows.slice(30);
 * const of = (value: (n: number) => number) => ({
 *   layer: "conv3" as const,
 *   images: count,
 *   filters: 1,
 *   responses: Float32Array.from(rows, value),
 *   positions: new Uint32Array(count),
 *   side: 1,
 * });
 * const found = readOut(dataset, { rows, test }, { trained: of((n) => n % 2), random: of((n) => n * n % 11) });
 * assert(found.auc === 1 && found.aucOfRandomWeights < 1);
 * ```
 */
export function readOut(
  dataset: Dataset,
  images: ReadOutImages,
  responses: Record<"trained" | "random", LayerResponses>,
): ReadOut {
  return atOnce(readOutInTurns(dataset, images, responses));
}

/**
 * The same, pausing after each fit: for `inTurns`.
 *
 * @throws as `readOut` does.
 */
export function* readOutInTurns(
  dataset: Dataset,
  { rows, test }: ReadOutImages,
  { trained, random }: Record<"trained" | "random", LayerResponses>,
): Generator<void, ReadOut> {
  const { units, actionUnits, blocks } = observe(dataset, rows);
  const tested = new Set(test);
  const folds = Array.from(rows, (row) => test ? Number(tested.has(row)) : dataset.folds[row]);
  const read = ({ responses }: LayerResponses) =>
    probeInTurns({ features: responses, units, folds, subjects: blocks }, { heldOut: test && [1] });
  const own = yield* read(trained), control = yield* read(random);
  const mean = ({ units }: ProbeResult) => {
    const areas = units.flatMap((unit) => unit && !Number.isNaN(unit.auc) ? [unit.auc] : []);
    return areas.reduce((sum, area) => sum + area, 0) / areas.length;
  };
  return {
    rule: test
      ? `fitted on the images that trained or validated the network, tested on its test images${
        Array.from(blocks).every((block) => block >= 0)
          ? ", of other people"
          : "; whether these are of other people is unknown"
      }`
      : "every fold in turn, fitted on the others; the network was trained on most of these images, " +
        "which makes the numbers higher than on new people",
    units: own.units.map((unit, i) => ({
      unit: actionUnits[i],
      ...(unit
        ? { ...unit, aucOfRandomWeights: control.units[i]!.auc }
        : { unread: "it is the same on all images to fit, or unknown of all to test" }),
    })),
    auc: mean(own),
    aucOfRandomWeights: mean(control),
    f1Micro: own.f1Micro,
    f1MicroOfRandomWeights: control.f1Micro,
    f1MicroOfAlways: own.f1MicroOfAlways,
  };
}
