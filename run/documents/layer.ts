/** What documents about a layer have in common. */
import { join } from "node:path";
import { filtersOf, type Layer } from "../../analysis/layer.ts";
import { kind, type Schema, table, whole } from "../../formats/schema.ts";

export { MEASURE } from "./fields.ts";

/** The folder of a layer's files in a run: `correspondence/conv3`. */
export function layerFolder(what: "visualization" | "correspondence", layer: Layer): string {
  return join(what, layer);
}

/** A count. */
export const COUNT: Schema<number> = whole(0);

/** A part of a picture, in its pixels. */
export const REGION = table({ left: COUNT, top: COUNT, width: whole(1), height: whole(1) });

/** Square pictures in rows and columns: the first one's corner, the side of one, the space between two. */
export const GRID = table({ left: COUNT, top: COUNT, cell: whole(1), gap: COUNT });

/** The number of a filter of a layer. */
export function filterOf(layer: Layer): Schema<number> {
  const filters = filtersOf(layer);
  return kind(
    `a filter of ${layer}, 0 to ${filters - 1}`,
    (value) => COUNT.fault(value) === undefined && (value as number) < filters,
  );
}
