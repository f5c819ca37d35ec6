/**
 * What is said of a layer: visualization.json, correspondence.json, probe.json and correspondence.csv, written, read,
 * and of other versions.
 */
import assert from "node:assert/strict";
import { correspondenceDocument, type CorrespondenceWritten } from "../../../run/documents/correspondence.ts";
import { type Pair, pairLines, readPairs } from "../../../run/documents/pairs.ts";
import { READ_OUT } from "../../../run/documents/read_out.ts";
import { visualizationDocument, type VisualizationWritten } from "../../../run/documents/visualization.ts";
import { RunError } from "../../../run/errors.ts";
import { LOOKS } from "../../fuzz/parsers/documents.ts";
import { needs } from "../../permissions.ts";
import { inTemporary } from "../../support/files.ts";
import { madeFindings } from "../../support/made_findings.ts";

const units = madeFindings({ kl: [[3, 1]], auc: [[0.8, 0.2]], nullAuc: [[0.5, 0.5]], familywise: [[0.001, 0.6]] });
const WRITTEN: CorrespondenceWritten = {
  layer: "conv3",
  on: "test",
  images: 4,
  checkpoint: 100,
  compared: [0, 100],
  selection: "validation",
  rule: "best accuracy on the validation images",
  options: {
    minimumSupport: 3,
    bins: 10,
    range: [0, 2.5],
    smoothing: 1,
    statistic: "auc",
    permutations: 99,
    seed: 1,
    select: "validation",
  },
  exchanged: "images",
  intervals: "95%, over 4 people",
  controlSeed: 7,
  truthTest: [],
  units: [{ ...units[0], excitedAdjusted: NaN }],
};

Deno.test("documents of a layer: what an earlier version wrote is read, without the fields that came later", () => {
  const found = correspondenceDocument("conv3").parse(JSON.stringify(LOOKS.correspondence), "old");
  assert.deepEqual([found.compared, found.options.range, found.units[0].elsewhere], [undefined, undefined, undefined]);
  const seen = visualizationDocument("conv3").parse(JSON.stringify(LOOKS.visualization), "old");
  assert.deepEqual([seen.options, seen.filters[0].hits[0].window], [undefined, undefined]);
  assert.equal(READ_OUT.parse(JSON.stringify(LOOKS.probe), "old").units.length, 2);
});

Deno.test("documents of a layer: what is written is read again, a number that could not be measured as null", () => {
  const document = correspondenceDocument("conv3");
  const found = document.parse(document.text(WRITTEN), "correspondence.json");
  assert.deepEqual(found.options, WRITTEN.options);
  assert.deepEqual(found.units, [{ ...units[0], excitedAdjusted: null }]);
});

Deno.test("documents of a layer: another layer's, and one of a later version, are refused by file and field", () => {
  const { text, format } = correspondenceDocument("conv3");
  const refused = (layer: "conv2" | "conv3", written: string) => {
    try {
      correspondenceDocument(layer).parse(written, "a/correspondence.json");
    } catch (error) {
      assert(error instanceof RunError, String(error));
      return error;
    }
    return assert.fail("it was read");
  };
  const other = refused("conv2", text(WRITTEN));
  assert.deepEqual([other.file, other.field, other.task], ["a/correspondence.json", "layer", "correspond"]);
  const newer = refused("conv3", text(WRITTEN).replace(`${format.name} 1`, `${format.name} 2`));
  assert.match(newer.message, /version 2 .* version 1/);
});

Deno.test("documents of a layer: a writer that forgets a field does not compile", () => {
  const { truthTest: _, ...forgotten } = WRITTEN;
  // @ts-expect-error -- truthTest is missing
  const correspondence: CorrespondenceWritten = forgotten;
  // @ts-expect-error -- a hit has more than the number of its image
  const hits: VisualizationWritten["filters"][number]["hits"] = [{ image: 1 }];
  // @ts-expect-error -- the means are missing
  assert.ok([correspondence, hits, READ_OUT.text({ rule: "on people", units: [] })]);
});

Deno.test({
  name: "correspondence.csv: what is written is read again, whatever a name holds",
  ignore: needs("read", "write"),
  fn: () =>
    inTemporary(async (folder) => {
      const pair: Pair = {
        unit: 4,
        name: 'raised, "quoted"',
        filter: 255,
        kl: 0.1 + 0.2,
        auc: 1,
        p: 1e-7,
        adjusted: 0.5,
        familywise: 0.25,
        present: 10,
        absent: 20,
        nullAuc: 0.5,
        direction: 1,
      };
      const path = `${folder}/correspondence.csv`;
      assert.equal(await readPairs(path, "conv3"), undefined);
      await Deno.writeTextFile(path, pairLines("conv3", [pair, { ...pair, name: "", filter: 0 }]));
      assert.deepEqual(await readPairs(path, "conv3"), [pair, { ...pair, name: "", filter: 0 }]);
      await assert.rejects(readPairs(path, "conv1"), (error: RunError) => error.field === "line 2.filter");
    }),
});
