/**
 * What the best of many filters reaches where none answers: the choice of the best, made again under each
 * permutation.
 */
import { percentile } from "../../training/metrics/bootstrap.ts";
import { divergences, type FilterColumn, type LabelSet, listedRanks } from "./permutations.ts";
import { aucOfRankSum } from "./roc_auc.ts";

/** The area under the ROC curve of the most divergent filter among those above chance, where labels are exchanged. */
export interface BestByChance {
  /** Its mean over permutations; NaN where none had a filter above chance. */
  auc: number;
  /** 95% of the permutations lie between these. */
  low: number;
  high: number;
  /** Permutations that had a filter above chance. */
  permutations: number;
}

/** Permutations in which the choice is made again: enough for two digits of its mean. */
const MOST = 1000;

/**
 * Chooses, in each permutation of a unit's labels, the filter that the unit would be said to excite most: the most
 * divergent of those whose area is above what exchanged labels give on average. Shown beside the area of the filter
 * that the real labels choose, its area says how much of that comes from choosing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { atOnce } from "../in_turns.ts";
 * import { Choice } from "./best_by_chance.ts";
 * import { centeredRanks } from "./direction.ts";
 * import { Exchange } from "./exchange.ts";
 * import { permutedLabels } from "./permutations.ts";
 *
 * const labels = Uint8Array.from({ length: 40 }, (_, n) => n % 2);
 * const exchange = new Exchange(Uint32Array.from(labels.keys()), { groups: labels.map((_, n) => n) });
 * const [set] = atOnce(permutedLabels(exchange, [labels], { permutations: 200, seed: 1 }));
 * const choice = new Choice(set);
 * for (let filter = 0; filter < 20; filter++) {
 *   const ranks = Float64Array.from(labels, (_, n) => 1 + n * (2 * filter + 3) % 41 % 40);
 *   const bins = Uint16Array.from(ranks, (rank) => Math.floor((rank - 1) / 10));
 *   const column = { ranks, centered: centeredRanks(exchange, ranks), bins, binCount: 4, smoothing: 1 };
 *   choice.consider(column, exchange.meanSum(labels, ranks));
 * }
 * assert(choice.best().auc > 0.55);
 * ```
 */
export class Choice {
  readonly #labels: LabelSet;
  readonly #divergence: Float64Array;
  readonly #area: Float64Array;

  /** @param labels A unit's labels, permuted. */
  constructor(labels: LabelSet) {
    const permutations = Math.min(MOST, labels.largest.length);
    this.#labels = labels;
    this.#divergence = new Float64Array(permutations).fill(-Infinity);
    this.#area = new Float64Array(permutations).fill(NaN);
  }

  /**
   * Looks at a further filter.
   *
   * @param column Its responses.
   * @param meanRankSum What the ranks of the images with the unit add up to on average over all permutations.
   */
  consider(column: FilterColumn, meanRankSum: number): void {
    const { images, present, lists, listed, listsPresent } = this.#labels;
    const divergence = divergences(column, this.#labels);
    const ranksOfAll = images * (images + 1) / 2;
    for (let n = 0; n < this.#area.length; n++) {
      const ranks = listedRanks(column.ranks, lists, (n + 1) * listed, listed);
      const rankSum = listsPresent ? ranks : ranksOfAll - ranks;
      if (!(rankSum > meanRankSum)) continue;
      const kl = divergence(n + 1);
      if (kl <= this.#divergence[n]) continue;
      this.#divergence[n] = kl;
      this.#area[n] = aucOfRankSum(rankSum, present, images - present);
    }
  }

  /** What the choice reaches, of the filters so far. */
  best(): BestByChance {
    const areas = this.#area.filter((area) => !Number.isNaN(area)).sort();
    if (areas.length === 0) return { auc: NaN, low: NaN, high: NaN, permutations: 0 };
    return {
      auc: areas.reduce((sum, area) => sum + area, 0) / areas.length,
      low: percentile(areas, 0.025),
      high: percentile(areas, 0.975),
      permutations: areas.length,
    };
  }
}
