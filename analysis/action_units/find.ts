/**
 * The central question in one call: which filters of a layer stand for which Action Units, how sure that is, and
 * whether they look there.
 */
import type { Dataset } from "../../datasets/dataset.ts";
import { foldKind, type Split } from "../../datasets/split.ts";
import type { Normalization } from "../../kernels/normalization/mod.ts";
import type { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
import { randomizedControl } from "../control.ts";
import { inTurns } from "../in_turns.ts";
import type { Layer } from "../layer.ts";
import { type LayerResponses, layerResponses } from "../responses.ts";
import type { CorrespondenceOptions } from "../statistics/correspondence.ts";
import { type ActionUnitComparison, comparisonInTurns } from "./comparison.ts";
import { type UnitFinding, unitFindings } from "./findings.ts";
import { labelCarryingUnits, type Observations, observe } from "./observations.ts";
import { projectBestFilters, type UnitProjections } from "./projections.ts";
import { type ReadOut, readOutInTurns } from "./read_out.ts";
import { regionShare, truthVerdict } from "./truth.ts";

/** The images that a network was trained, validated and tested on. */
export interface ActionUnitImages {
  dataset: Dataset;
  /** As in training. */
  normalization: Normalization;
  /** The split of the training, as `splitIndices` makes it. */
  parts: Split;
}

/**
 * What is counted while the work goes on: images that were responded to, filters that were compared, projections that
 * were made.
 */
export type ActionUnitWork = "image" | "filter" | "projection";

/** What is compared, and how. */
export interface ActionUnitOptions {
  /** Whose filters, or fc4's units. */
  layer: Layer;
  /**
   * `"test"`, the default: findings are of the test images, of people whom the network has not seen where they are
   * known. `"all"`: of every labeled image, most of which the network was trained on.
   */
  on?: "test" | "all";
  /** Of the permutation test; those of `actionUnitCorrespondence` by default. */
  statistics?: Omit<CorrespondenceOptions, "onProgress">;
  /**
   * The region of a unit in an image of the dataset, S x S bytes, 1 inside: with it the truth test is made.
   * `syntheticRegions` knows those of drawn faces.
   */
  regions?: (row: number, unit: number) => Uint8Array;
  /** Called with what is counted, how many are done, and of how many; starts anew with each part of the work. */
  onProgress?: (what: ActionUnitWork, done: number, total: number) => void;
  /** Stops the work within seconds; the call rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What was found of a layer. */
export interface ActionUnitFindings {
  layer: Layer;
  /** The images that were compared, and what is known of them. */
  observations: Observations;
  /** Of every pair of unit and filter: divergence, AUC, p-values. */
  comparison: ActionUnitComparison;
  /** Of every unit: its best filters, whether it excites one, and with `regions` the verdict of the truth test. */
  units: UnitFinding[];
  /** What the best filters see: of every unit that was tested; none for fc4, whose units have no place in the image. */
  projections: UnitProjections[];
  /** How well the units can be read from the layer. */
  readOut: ReadOut;
  /** Seed of the network of random weights that stands beside. */
  controlSeed: number;
}

/**
 * Compares the filters of a layer with the Action Units of a dataset, after Khorrami, Paine and Huang (2015), and tests
 * what comes out: by permutation of whole sequences among the images of a person (`actionUnitCorrespondence`), beside a
 * network of random weights (`randomizedControl`), and, where the units' regions are known, by whether the best filters
 * look there (`truthVerdict`).
 *
 * @param net The trained network.
 * @param images What it was trained on, and how that was split.
 * @param options Layer, images, statistics.
 * @throws {DatasetError} for a dataset whose parts do not fit together, or that knows no Action Unit.
 * @throws {RangeError} for images of another size, an unknown layer, an option of the statistics out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { splitIndices } from "../../datasets/split.ts";
 * import { openGpu } from "../../gpu/device.ts";
 * import { ZeroBiasCnn } from "../../network/zero_bias_cnn.ts";
 * import { findActionUnits } from "./find.ts";
 *
 * // 60 faces of 60 people, every second one bright and with Action Unit 12.
 * const count = 60, shows = Array.from({ length: count }, (_, n) => n % 2);
 * const dataset = {
 *   name: "mine",
 *   imageSize: 8,
 *   classNames: ["neutral", "happy"],
 *   images: Uint8Array.from({ length: 64 * count }, (_, i) => i * i % 97 * (1 + shows[Math.floor(i / 64)])),
 *   labels: Int32Array.from(shows),
 *   subjects: Int32Array.from(shows, () => -1),
 *   folds: Int32Array.from(shows, (_, n) => n % 3),
 *   foldColumns: 1,
 *   fingerprint: "",
 *   actionUnits: [12],
 *   units: Uint8Array.from(shows),
 * };
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 8, classes: 2, seed: 1 });
 * const images = { dataset, normalization: "local-mean" as const, parts: splitIndices(dataset, 0) };
 * const statistics = { permutations: 199, minimumSupport: 5 };
 * const { units: [smile], readOut } = await findActionUnits(net, images, { layer: "conv1", statistics });
 * const [best] = smile.mostExcited;
 * assert(smile.present === 10 && best.auc > best.nullAuc && readOut.auc >= 0);
 * ```
 */
export async function findActionUnits(
  net: ZeroBiasCnn,
  { dataset, normalization, parts }: ActionUnitImages,
  { layer, on = "test", statistics, regions, onProgress = () => {}, signal }: ActionUnitOptions,
): Promise<ActionUnitFindings> {
  const rows = Uint32Array.from([...parts.train, ...parts.validation, ...parts.test]).sort();
  const observations = observe(dataset, on === "test" ? parts.test : rows);
  const work = (what: ActionUnitWork) => ({
    signal,
    onProgress: (done: number, total: number) => onProgress(what, done, total),
  });
  const respond = (one: ZeroBiasCnn) =>
    layerResponses(one, { dataset, rows, normalization }, { layer, ...work("image") });
  const compare = (responses: LayerResponses) => {
    const options = { ...statistics, onProgress: work("filter").onProgress };
    return inTurns(comparisonInTurns(responses, rows, observations, options), { signal });
  };
  const project = (one: ZeroBiasCnn, comparison: ActionUnitComparison) =>
    layer === "fc4"
      ? []
      : projectBestFilters(one, { dataset, normalization }, comparison, observations, { layer, ...work("projection") });

  using control = await randomizedControl(net);
  const trained = await respond(net), random = await respond(control);
  const comparison = await compare(trained);
  const units = unitFindings(comparison, observations, labelCarryingUnits(dataset, observations));
  const byFold = on === "all" && foldKind(dataset) === "folds";
  const read = await inTurns(
    readOutInTurns(dataset, { rows, test: byFold ? undefined : parts.test }, { trained, random }),
    { signal },
  );
  const tested = units.some(({ untested }) => untested === undefined);
  const projections = tested ? await project(net, comparison) : [];
  if (regions && projections.length > 0) {
    // The control's best filters are chosen in the same way, by as many permutations.
    const others = await project(control, await compare(random));
    for (const [i, one] of projections.entries()) {
      const finding = units[one.unit];
      const region = (row: number) => regions(row, finding.unit);
      const [share, randomised] = [one, others[i]].map((seen) => regionShare(seen, region, observations.blocks));
      if (share) finding.truth = truthVerdict(share, randomised, finding.answered);
    }
  }
  const controlSeed = control.seed;
  return { layer, observations, comparison, units, projections, readOut: read, controlSeed };
}
