/** The order of the heat map's columns. */
import assert from "node:assert/strict";
import { filterOrder } from "../../pictures/charts/heat_map.ts";

Deno.test("the heat map puts each filter under the unit that excites it most", () => {
  const row = (excess: number[], kl: number[], significant: boolean[]) => {
    return { name: "", note: "", excess, kl, significant };
  };
  const rows = [
    row([0.4, -0.3, 0.3, 0.4, 0], [1, 2, 3, 9, 0], [true, true, true, false, false]),
    row([0.4, -0.1, 0.2, 0.1, 0], [5, 1, 1, 1, 0], [true, true, true, true, false]),
  ];
  assert.deepEqual(filterOrder(rows), [
    { filter: 2, row: 0 },
    { filter: 0, row: 1 },
    { filter: 3, row: 1 },
    { filter: 1, row: -1 },
    { filter: 4, row: -1 },
  ]);
});
