/**
 * `deno task correspond RUN`: which filters of a run's network stand for which Action Units, how sure that is, and
 * whether they look there.
 */
import { join } from "node:path";
import { type ActionUnitFindings, findActionUnits } from "../analysis/action_units/find.ts";
import { observe } from "../analysis/action_units/observations.ts";
import { readPreparedMeta } from "../datasets/prepared.ts";
import { writeWholeFolder } from "../datasets/prepared/whole_folder.ts";
import { syntheticRegions } from "../datasets/synthetic/truth.ts";
import { openGpu } from "../gpu/device.ts";
import { savedCheckpoints, stepsOf, unfinished } from "../run/checkpoints.ts";
import { correspondenceDocument } from "../run/documents/correspondence.ts";
import { layerFolder } from "../run/documents/layer.ts";
import { pairsText } from "../run/documents/pairs.ts";
import { READ_OUT } from "../run/documents/read_out.ts";
import { RunFolder } from "../run/folder.ts";
import { SHEET_TILES } from "../run/documents/sheet_tiles.ts";
import { createNetwork, openRun, type Run } from "../run/open.ts";
import { readRunRecord } from "../run/record.ts";
import { chooseCheckpoint } from "../training/evaluation/evaluate.ts";
import { RULES } from "../training/evaluation/select.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { correspondLines, truthLines } from "./correspond/lines.ts";
import { CORRESPOND_OPTIONS, type CorrespondArguments, parseArguments } from "./correspond/options.ts";
import { drawDivergences, drawHeatMap, drawSheet } from "./correspond/pictures.ts";
import { home } from "./invocation.ts";
import { inForce } from "./option_list.ts";
import { checkFolderPlace, checkInside } from "./place.ts";
import { withStages } from "./progress.ts";
import { complain, say } from "./terminal.ts";

/** Does what a command line says, and returns the exit code. */
export async function correspondTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const options = parseArguments(argv);
  try {
    return await correspond(options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    complain("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

async function correspond(options: CorrespondArguments, signal: AbortSignal): Promise<number> {
  const { layer, on, statistics } = options;
  await readRunRecord(new RunFolder(options.run), { home: home() }); // what is no run is told as that, whatever may be written there
  const folder = new RunFolder(options.run).file(layerFolder("correspondence", layer));
  await checkInside(folder, options.run);
  await checkFolderPlace(undefined, folder);
  const run = await openRun(options.run, { data: options.data, home: home() });
  const { dataset, settings: { normalization }, parts } = run;
  observe(dataset, parts.test); // refuses data without Action Units before anything is computed
  const regions = await regionsOf(run, options.data);

  using gpu = await openGpu();
  using net = await createNetwork(gpu, run);
  const { scores, chosen, selection } = await chooseCheckpoint(net, dataset, await savedCheckpoints(run), {
    selection: options.select ?? run.record.given.select,
    signal,
  });
  const compared = stepsOf(scores), warning = unfinished(run.record, compared);
  if (warning) complain(`warning: ${warning}`);
  complain(`Responses of ${layer}, checkpoint ${chosen.step}, and of random weights, compared with the Action Units`);
  const found = await withStages((onProgress) =>
    findActionUnits(net, { dataset, normalization, parts }, { layer, on, statistics, regions, onProgress, signal })
  );

  const files = await pictures(run, found, { on, step: chosen.step, regions });
  files.set("correspondence.csv", pairsText(found));
  files.set("probe.json", READ_OUT.text(found.readOut));
  const given = { ...statistics, layer, on, select: selection };
  files.set(
    "correspondence.json",
    correspondenceDocument(layer).text({
      layer,
      on,
      images: found.observations.rows.length,
      checkpoint: chosen.step,
      compared,
      selection,
      rule: RULES[selection],
      options: { ...inForce(CORRESPOND_OPTIONS, given), ...given },
      exchanged: found.observations.exchanged,
      intervals: found.observations.intervals,
      controlSeed: found.controlSeed,
      truthTest: truthLines(found.units),
      units: found.units,
    }),
  );
  await writeWholeFolder(folder, async (partial) => {
    for (const [name, contents] of files) {
      const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
      await Deno.writeFile(join(partial, name), bytes);
    }
  }, { signal });
  for (const line of correspondLines(found, statistics)) say(line);
  say();
  for (const [label, name] of SHOWN) if (files.has(name)) say(`${label.padEnd(15)} ${join(folder, name)}`);
  if (layer === "fc4") say("fc4's units have no place in the image: no pictures of them, no truth test.");
  return 0;
}

/** Files in the order in which they are told, and what they are. */
const SHOWN: readonly (readonly [label: string, name: string])[] = [
  ["heat map", "heat_map.png"],
  ["bars", "divergences.png"],
  ["what they see", "action_units.png"],
  ["all pairs", "correspondence.csv"],
  ["all numbers", "correspondence.json"],
  ["read-out", "probe.json"],
];

/** The pictures by their names; none where no unit was tested. */
async function pictures(
  { dataset, settings }: Run,
  found: ActionUnitFindings,
  { on, step, regions }: Pick<CorrespondArguments, "on"> & {
    step: number;
    regions: Awaited<ReturnType<typeof regionsOf>>;
  },
): Promise<Map<string, Uint8Array | string>> {
  const files = new Map<string, Uint8Array | string>();
  if (found.units.every(({ untested }) => untested !== undefined)) return files;
  const images = `${found.observations.rows.length} ${
    on === "test" ? "test images" : "images, those trained on included"
  }`;
  const heading = {
    title: `${dataset.name}, ${settings.variant}, split ${settings.split}, seed ${settings.seed}`,
    subtitle: `${images}, checkpoint ${step}`,
  };
  if (found.layer !== "fc4") {
    const { png, tiles } = await drawSheet(dataset, found, heading, regions);
    files.set("action_units.png", png);
    files.set("action_units.json", SHEET_TILES.text({ tiles }));
  }
  files.set("heat_map.png", await drawHeatMap(found, heading));
  files.set("divergences.png", await drawDivergences(found, heading));
  return files;
}

/** The true regions, where the run's images are drawn faces. */
async function regionsOf({ dataset, record }: Run, data: string | undefined) {
  if (dataset.name !== "synthetic") return undefined;
  return syntheticRegions(await readPreparedMeta(data ?? record.dataset.folder), dataset.labels);
}

if (import.meta.main) await runTask((args) => correspondTask(args));
