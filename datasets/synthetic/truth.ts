/** Where each Action Unit lies on the faces of a prepared folder of drawn faces: what an analysis can be checked against. */

import type { PreparedMeta } from "../prepared/meta.ts";
import { ACTION_UNITS, type ActionUnit } from "./expression.ts";
import { syntheticFace } from "./generate.ts";
import { actionUnitRegion } from "./region.ts";

/**
 * The regions of the Action Units on the images of a prepared folder, made again from what its `meta.json` remembers: the
 * seed and the number of images a person.
 *
 * @param meta What `readPreparedMeta` reads.
 * @param labels The images' class numbers, where at hand: compared with those of the faces that are made again.
 * @returns A function from an image's number and an Action Unit's to S x S bytes, 1 inside the region, 0 outside; nothing
 * where the images are not drawn faces.
 * @throws {RangeError} When the folder remembers other faces than this program draws.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { syntheticRegions } from "./truth.ts";
 *
 * const details = { source: "drawn faces", subjects: 2, imagesPerSubject: 8, seed: 1 };
 * const region = syntheticRegions({ details, imageSize: 48, count: 16 })!;
 * assert.equal(region(3, 12).length, 48 * 48);
 * assert.equal(syntheticRegions({ details: { source: "TFD" }, imageSize: 48, count: 16 }), undefined);
 * ```
 */
export function syntheticRegions(
  { details, imageSize, count }: Pick<PreparedMeta, "details" | "imageSize" | "count">,
  labels?: ArrayLike<number>,
): ((image: number, unit: number) => Uint8Array) | undefined {
  if (details.source !== "drawn faces") return undefined;
  const { subjects, imagesPerSubject, seed } = details as Record<string, number>;
  if (subjects * imagesPerSubject !== count || !Number.isInteger(seed)) {
    throw new RangeError(
      `drawn faces: ${count} images, but ${subjects} subjects of ${imagesPerSubject} images from seed ${seed} are remembered. ` +
        "Remedy: prepare the faces again.",
    );
  }
  const options = { seed, imagesPerSubject };
  for (let image = 0; image < (labels?.length ?? 0); image++) {
    const { label } = syntheticFace(options, image);
    if (label !== labels![image]) {
      throw new RangeError(
        `drawn faces: image ${image} has class ${labels![image]}, this program draws class ${label} there. ` +
          "Remedy: prepare the faces again.",
      );
    }
  }
  return (image, unit) => {
    if (!(Number.isInteger(image) && image >= 0 && image < count)) {
      throw new RangeError(`image is ${image}, expected an integer from 0 to ${count - 1}`);
    }
    if (!(ACTION_UNITS as readonly number[]).includes(unit)) {
      throw new RangeError(`unit is ${unit}, expected one of ${ACTION_UNITS.join(", ")}`);
    }
    return actionUnitRegion(syntheticFace(options, image).face, unit as ActionUnit, imageSize);
  };
}
