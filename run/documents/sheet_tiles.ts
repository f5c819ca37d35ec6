/** action_units.json: where each filter's pictures are on action_units.png, for who shows them alone. */
import { listOf, type Read, table } from "../../formats/schema.ts";
import { defineDocument } from "./document.ts";
import { COUNT, REGION } from "./layer.ts";

/** The document. */
export const SHEET_TILES = defineDocument({
  task: "correspond",
  format: { name: "aulens sheet", version: 1 },
  schema: table({
    /** A unit's number, one of its best filters, and the pictures of both: faces with their bars, and what excited the filter there. */
    tiles: listOf(table({ unit: COUNT, filter: COUNT, region: REGION })),
  }),
});

/** A unit, a filter, and where their pictures are. */
export type SheetTile = Read<typeof SHEET_TILES.schema>["tiles"][number];
