/** How well the Action Units can be read from a layer, of people whom neither the network nor the read-out has seen. */
import { inTurns } from "../../analysis/in_turns.ts";
import type { LayerResponses } from "../../analysis/responses.ts";
import { probeInTurns, type ProbeResult } from "../../analysis/statistics/probe.ts";
import { foldKind } from "../../datasets/split.ts";
import type { Run } from "../../run/open.ts";
import { observe } from "./observations.ts";

/** What probe.json holds. */
export interface ReadOut {
  /** What was held out, in a sentence. */
  rule: string;
  units: ({ unit: number } & (Unit | { unread: string }))[];
  /** Means over the units that were read. */
  auc: number;
  aucOfRandomWeights: number;
  f1Micro: number;
  f1MicroOfRandomWeights: number;
  f1MicroOfAlways: number;
}

type Unit = NonNullable<ProbeResult["units"][number]> & { aucOfRandomWeights: number };

/**
 * Fits and tests the read-outs: on the test people of the run; with `on` "all" on every fold in turn, of which the network has seen most.
 *
 * @param trained Responses of the run's network to the images `rows`.
 * @param random The same of a network of random weights.
 * @param signal Stops it within seconds.
 */
export async function readOut(
  { dataset, settings, parts }: Run,
  rows: Uint32Array,
  { trained, random }: Record<"trained" | "random", LayerResponses>,
  on: "test" | "all",
  signal?: AbortSignal,
): Promise<ReadOut> {
  const { units, actionUnits, blocks } = observe(dataset, rows);
  const byFold = foldKind(dataset) === "folds";
  const test = new Set(parts.test);
  const folds = Array.from(rows, (row) => byFold ? dataset.folds[row] : Number(test.has(row)));
  const heldOut = on === "all" && byFold ? undefined : [byFold ? settings.split : 1];
  const read = ({ responses }: LayerResponses) =>
    inTurns(probeInTurns({ features: responses, units, folds, subjects: blocks }, { heldOut }), { signal });
  const [own, control] = [await read(trained), await read(random)];
  const mean = ({ units }: ProbeResult) => {
    const areas = units.flatMap((unit) => unit && !Number.isNaN(unit.auc) ? [unit.auc] : []);
    return areas.reduce((sum, area) => sum + area, 0) / areas.length;
  };
  return {
    rule: heldOut
      ? `fitted on the images that trained or validated the network, tested on its test images${
        Array.from(blocks).every((block) => block >= 0)
          ? ", of other people"
          : "; whether these are of other people is unknown"
      }`
      : "every fold in turn, fitted on the others; the network was trained on most of these images, which makes the numbers higher than on new people",
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
