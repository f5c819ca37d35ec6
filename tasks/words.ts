/** Numbers and names as the tasks print them. */

/** A share 0..1 as `87.5%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** A name from a file, without what a terminal would obey. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}
