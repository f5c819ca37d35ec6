/** Numbers as the tasks print them. */

/** A share 0..1 as `87.5%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
