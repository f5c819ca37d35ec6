/** What documents about a layer have in common. */
import { join } from "node:path";
import { filtersOf, type Layer } from "../../analysis/layer.ts";
import { kind, NUMBER, orNull, type Schema, whole } from "../../formats/schema.ts";

/** The folder of a layer's files in a run: `correspondence/conv3`. */
export function layerFolder(what: "visualization" | "correspondence", layer: Layer): string {
  return join(what, layer);
}

/** A count. */
export const COUNT: Schema<number> = whole(0);

/** A number that some data does not allow: NaN where it is written, null in the file. */
export const MEASURE: Schema<number | null> = orNull(NUMBER);

/** The number of a filter of a layer. */
export function filterOf(layer: Layer): Schema<number> {
  const filters = filtersOf(layer);
  return kind(
    `a filter of ${layer}, 0 to ${filters - 1}`,
    (value) => COUNT.fault(value) === undefined && (value as number) < filters,
  );
}
