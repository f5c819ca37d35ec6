/** What a permutation test may exchange: the labels of whole groups of images, between groups that are alike. */
import { pcg4d, Purpose } from "../../kernels/random/mod.ts";

/** Which images belong together, one number an image in every list. */
export interface Grouping {
  /** The group: images that are no independent observations, such as the frames of a sequence. */
  groups: ArrayLike<number>;
  /**
   * The block that a group lies in, such as its person: labels are exchanged inside a block only, so that what sets people
   * apart cannot look like an effect. All are one block where it is left out.
   */
  blocks?: ArrayLike<number>;
  /**
   * What part an image plays in its group, such as 0 for the neutral first frame and 1 for a peak frame: labels are exchanged
   * between images of equal part. Where it is left out, images play the part of their place in the group.
   */
  roles?: ArrayLike<number>;
}

/**
 * Permutations of labels under the hypothesis that responses do not depend on them.
 *
 * Images of a group are correlated, so a group's labels move as one, frame by frame: the first image (by role, then by
 * number) gives its label to the first image of another group. They move only to a group in the same block that has as
 * many images in the same roles. Under the hypothesis, given the block and the roles, the responses of such groups are
 * exchangeable, and this is all that a permutation test needs (Good: Permutation, Parametric and Bootstrap Tests of
 * Hypotheses, 3rd edition, 2005). So in CK+, where the first frame of each sequence is neutral and never shows an Action
 * Unit, the label of a peak frame moves to a peak frame only: that a face which moves at all excites a filter more than
 * one at rest is part of every permutation too, and makes no Action Unit significant.
 *
 * A group that is alone among its like never moves.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Exchange } from "./exchange.ts";
 *
 * // Two sequences of two frames and one of three: only the first two change places.
 * const exchange = new Exchange(Uint32Array.of(0, 1, 2, 3, 4, 5, 6), { groups: [7, 7, 8, 8, 9, 9, 9] });
 * const to = exchange.destinations(1, 5);
 * assert([...to].join() === "0,1,2,3,4,5,6" || [...to].join() === "2,3,0,1,4,5,6");
 * ```
 */
export class Exchange {
  /** Number of images. */
  readonly images: number;
  /** The images of each group, as places in `rows`, ordered by role. */
  readonly members: Uint32Array[];
  /** Numbers of the groups that may change places with one another, two or more in each list. */
  readonly strata: Uint32Array[];
  /** Images that give their labels to one another, as places; an image whose label stays is alone. */
  readonly #cells: number[][];

  /**
   * @param rows Numbers of the images that count, ascending; places in this list are what the permutations speak of.
   * @param grouping Groups, blocks and roles of all images.
   * @throws {RangeError} When a group lies in two blocks.
   */
  constructor(rows: Uint32Array, { groups, blocks, roles }: Grouping) {
    this.images = rows.length;
    const places = new Map<number, number[]>();
    rows.forEach((row, place) => {
      const list = places.get(groups[row]);
      if (list) list.push(place);
      else places.set(groups[row], [place]);
    });
    const alike = new Map<string, number[]>();
    this.members = [...places].map(([group, list], number) => {
      const block = blocks?.[rows[list[0]]] ?? 0;
      const other = blocks && list.find((place) => blocks[rows[place]] !== block);
      if (other !== undefined) {
        throw new RangeError(`group ${group} lies in the blocks ${block} and ${blocks![rows[other]]}, expected one`);
      }
      if (roles) list.sort((a, b) => roles[rows[a]] - roles[rows[b]] || a - b);
      const pattern = roles ? list.map((place) => roles[rows[place]]).join() : list.length;
      const key = `${block} ${pattern}`;
      if (alike.has(key)) alike.get(key)!.push(number);
      else alike.set(key, [number]);
      return Uint32Array.from(list);
    });
    this.strata = [...alike.values()].filter((list) => list.length > 1).map((list) => Uint32Array.from(list));
    this.#cells = [...alike.values()].flatMap((groups) =>
      Array.from(this.members[groups[0]], (_, k) => groups.map((group) => this.members[group][k]))
    );
  }

  /**
   * Where each image's label goes.
   *
   * @param seed Start of the draws, 0..2^32-1.
   * @param permutation Which one, from 1: the same seed and number give the same permutation.
   * @param to Filled and returned where given: `images` long.
   * @returns For each place, the place that its label moves to.
   */
  destinations(
    seed: number,
    permutation: number,
    to: Uint32Array<ArrayBuffer> = new Uint32Array(this.images),
  ): Uint32Array<ArrayBuffer> {
    for (let place = 0; place < to.length; place++) to[place] = place;
    let draw = 0;
    for (const stratum of this.strata) {
      const order = stratum.slice();
      for (let last = order.length - 1; last > 0; last--) {
        const [word] = pcg4d(seed, permutation, draw++, Purpose.permutation);
        const other = Math.floor(word / 2 ** 32 * (last + 1));
        [order[last], order[other]] = [order[other], order[last]];
      }
      for (let i = 0; i < order.length; i++) {
        const [from, target] = [this.members[stratum[i]], this.members[order[i]]];
        for (let k = 0; k < from.length; k++) to[from[k]] = target[k];
      }
    }
    return to;
  }

  /**
   * The mean, over all permutations there are, of the sum of the values of the images that bear the label 1. It is no
   * estimate: where images give their labels to one another, each of them bears the label in an equal share of the permutations.
   *
   * @param labels 0 or 1 for each place.
   * @param values A number for each place.
   */
  meanSum(labels: ArrayLike<number>, values: ArrayLike<number>): number {
    let mean = 0;
    for (const cell of this.#cells) {
      let present = 0, sum = 0;
      for (const place of cell) {
        present += labels[place];
        sum += values[place];
      }
      // In this order ranks, which are halves, round nowhere but here: where all are tied the mean is what is observed.
      mean += present * sum / cell.length;
    }
    return mean;
  }

  /** Images that give their labels to one another, as places: each is in one list, alone where its label stays. */
  get cells(): readonly (readonly number[])[] {
    return this.#cells;
  }

  /**
   * Number of groups that a permutation can change anything for: they have a partner whose labels differ from theirs.
   *
   * @param labels A label for each place.
   */
  movable(labels: ArrayLike<number>): number {
    let count = 0;
    for (const stratum of this.strata) {
      const patterns = new Set(
        Array.from(stratum, (group) => Array.from(this.members[group], (i) => labels[i]).join()),
      );
      if (patterns.size > 1) count += stratum.length;
    }
    return count;
  }
}
