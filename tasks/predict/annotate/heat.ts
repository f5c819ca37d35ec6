/** A map of what speaks for a class, as a colored veil over the face: orange for it, blue against it, nothing where it is zero. */
import { enlarge } from "../../../analysis/pictures/enlarge.ts";

/** Colors from the first that is seen to the strongest. */
const FOR = [[200, 80, 10], [240, 140, 30], [255, 220, 110]],
  AGAINST = [[29, 79, 135], [60, 125, 200], [150, 205, 255]];
/** How much the strongest place covers of the face. */
const MOST_COVER = 0.82;

/**
 * @param map S x S values of any scale; the largest in size is shown at full strength.
 * @param side Side of the result in pixels.
 * @returns Red, green, blue, opacity: side x side x 4 bytes.
 */
export function heatVeil(map: Float32Array, side: number): Uint8Array {
  const large = enlarge(map, Math.round(Math.sqrt(map.length)), side);
  const most = large.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const veil = new Uint8Array(4 * side * side);
  if (!(most > 0)) return veil;
  large.forEach((value, at) => {
    const strength = Math.abs(value) / most;
    veil.set(between(value > 0 ? FOR : AGAINST, strength), 4 * at);
    veil[4 * at + 3] = Math.round(255 * MOST_COVER * Math.min(1, strength * 1.25));
  });
  return veil;
}

function between(colors: number[][], strength: number): number[] {
  const place = strength * (colors.length - 1), low = Math.min(Math.floor(place), colors.length - 2);
  return colors[low].map((value, channel) => Math.round(value + (place - low) * (colors[low + 1][channel] - value)));
}
