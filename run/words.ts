/** Numbers and names as people read them, in pictures, tables and lines. */
import type { Tested } from "../training/metrics/describe_subjects.ts";

export { describeSubjects, type Tested } from "../training/metrics/describe_subjects.ts";

/** A share 0..1 as `87.5%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** A name from a file, without what a terminal would obey. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

/** A share 0..1 as `87.5%`, or a dash where there is none. */
export function percentOrDash(share: number | null): string {
  return share === null ? "–" : percent(share);
}

/** An interval of a share as `85.6% to 96.3%`, or a dash where there is none. */
export function range(interval: { low: number; high: number } | null): string {
  return interval === null ? "–" : `${percent(interval.low)} to ${percent(interval.high)}`;
}

/**
 * What an interval does not cover where the person of an image is unknown, as a sentence; nothing where all are
 * known.
 */
export function notCovered({ unknown }: Tested): string | undefined {
  if (unknown === 0) return undefined;
  return "It takes each image whose person is unknown for a person of its own: it does not cover that several may be " +
    "of one person, nor what other people would change.";
}

/** The class that most images are of, the first of equals, and its share: what always saying it would reach. */
export function mostFrequent(counts: readonly { name: string; images: number }[]): { name: string; share: number } {
  const all = counts.reduce((sum, { images }) => sum + images, 0);
  const { name, images } = counts.reduce((most, one) => one.images > most.images ? one : most);
  return { name, share: images / all };
}
