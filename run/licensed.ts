/** Whether data really is one of the licensed sets: by what its preparation remembers of where it came from, not by its name. */
import type { PreparedMeta } from "../datasets/prepared.ts";

/** What the preparation of each set remembers as its source. */
const SOURCES: Readonly<Record<string, RegExp>> = {
  tfd: /^TFD_(48x48|96x96)\.mat$/,
  ck_plus: /^CK\+$/,
};

/** Whether a prepared folder was made from a twin: drawn faces under the names of a licensed set. */
export function isOfTwin({ details }: Pick<PreparedMeta, "details">): boolean {
  return "twin" in details;
}

/** The licensed set whose photographs a prepared folder holds; undefined for a twin, drawn faces, and a user's own of whatever name. */
export function licensedSet(meta: Pick<PreparedMeta, "name" | "details">): "tfd" | "ck_plus" | undefined {
  const { name, details } = meta;
  if ((name !== "tfd" && name !== "ck_plus") || isOfTwin(meta)) return undefined;
  return SOURCES[name].test(String(details.source)) ? name : undefined;
}
