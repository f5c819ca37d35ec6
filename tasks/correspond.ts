/** `deno task correspond RUN`: which filters of a run's network stand for which Action Units, how sure that is, and whether they look there. */
import { join } from "node:path";
import { randomizedControl } from "../analysis/control.ts";
import { readPreparedMeta } from "../datasets/prepared.ts";
import { writeWholeFolder } from "../datasets/prepared/whole_folder.ts";
import { syntheticRegions } from "../datasets/synthetic/truth.ts";
import { openGpu } from "../gpu/device.ts";
import { chooseCheckpoint } from "../training/evaluation/evaluate.ts";
import { RULES } from "../training/evaluation/select.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { compare, respond } from "./correspond/compare.ts";
import { correspondLines, truthLines } from "./correspond/lines.ts";
import { carriers, observe } from "./correspond/observations.ts";
import { CORRESPOND_OPTIONS, type CorrespondArguments, parseArguments } from "./correspond/options.ts";
import { drawDivergences, drawHeatMap, drawSheet } from "./correspond/pictures.ts";
import { projectBest } from "./correspond/project.ts";
import { readOut } from "./correspond/read_out.ts";
import { pairsCsv, unitEntries } from "./correspond/tables.ts";
import { judge, lookInside } from "./correspond/truth.ts";
import { inForce } from "./option_list.ts";
import { savedCheckpoints, stepsOf, unfinished } from "../run/checkpoints.ts";
import { createNetwork, openRun, type Run } from "../run/open.ts";
import { checkFolderPlace, checkInside } from "./place.ts";
import { RunFolder } from "../run/folder.ts";
import { complain, say } from "./terminal.ts";
import { jsonText } from "../formats/json.ts";
import { home } from "./invocation.ts";

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
  const folder = new RunFolder(options.run).file(join("correspondence", layer));
  await checkInside(folder, options.run);
  await checkFolderPlace(undefined, folder);
  const run = await openRun(options.run, { data: options.data, home: home() });
  const { dataset, parts, settings } = run;
  const known = Uint32Array.from([...parts.train, ...parts.validation, ...parts.test]).sort();
  const observations = observe(dataset, on === "test" ? parts.test : known);
  const images = observations.rows.length;
  const regions = await regionsOf(run, options.data);

  using gpu = await openGpu();
  using net = await createNetwork(gpu, run);
  const { scores, chosen, selection } = await chooseCheckpoint(net, dataset, await savedCheckpoints(run), {
    selection: options.select ?? run.record.given.select,
    signal,
  });
  const compared = stepsOf(scores), warning = unfinished(run.record, compared);
  if (warning) complain(`warning: ${warning}`);
  using random = await randomizedControl(net);
  complain(`Responses of ${layer}, checkpoint ${chosen.step}, and of random weights`);
  const trained = await respond(net, run, known, layer, signal);
  const control = await respond(random, run, known, layer, signal);
  complain(`Comparing ${trained.filters} filters with ${observations.actionUnits.length} Action Units`);
  const comparison = await compare(trained, known, observations, statistics, signal);
  const entries = unitEntries(comparison, observations, carriers(dataset, observations));
  const tested = entries.filter(({ untested }) => untested === undefined);
  const probe = await readOut(run, known, { trained, random: control }, on, signal);

  const heading = {
    title: `${dataset.name}, ${settings.variant}, split ${settings.split}, seed ${settings.seed}`,
    subtitle: `${images} ${
      on === "test" ? "test images" : "images, those trained on included"
    }, checkpoint ${chosen.step}`,
    layer,
  };
  const files = new Map<string, Uint8Array | string>([["correspondence.csv", pairsCsv(comparison, observations)]]);
  if (tested.length > 0) {
    if (layer !== "fc4") {
      const sights = await projectBest(net, run, comparison, observations, layer, signal);
      if (regions) {
        // The control's best filters are chosen in the same way, by as many permutations.
        const controlled = await compare(control, known, observations, statistics, signal);
        const others = await projectBest(random, run, controlled, observations, layer, signal);
        for (const [i, one] of sights.entries()) {
          const entry = entries[one.unit];
          const region = (row: number) => regions(row, entry.unit);
          const inside = lookInside(one, region);
          if (inside) entry.truth = judge(inside, lookInside(others[i], region), entry.answered);
        }
      }
      files.set("action_units.png", await drawSheet(run, observations, entries, sights, heading, regions));
    }
    files.set("heat_map.png", await drawHeatMap(comparison, entries, heading));
    files.set("divergences.png", await drawDivergences(entries, images, heading));
  }
  files.set("probe.json", json(probe));
  files.set(
    "correspondence.json",
    json({
      layer,
      on,
      images,
      checkpoint: chosen.step,
      compared,
      selection,
      rule: RULES[selection],
      options: inForce(CORRESPOND_OPTIONS, { ...statistics, layer, on, select: selection }),
      exchanged: observations.exchanged,
      intervals: observations.intervals,
      controlSeed: random.seed,
      truthTest: truthLines(tested),
      units: entries,
    }),
  );
  await writeWholeFolder(folder, async (partial) => {
    for (const [name, contents] of files) {
      const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
      await Deno.writeFile(join(partial, name), bytes);
    }
  }, { signal });
  for (const line of correspondLines(entries, probe, { images, permutations: statistics.permutations })) say(line);
  say();
  const shown: [string, string][] = [
    ["heat map", "heat_map.png"],
    ["bars", "divergences.png"],
    ["what they see", "action_units.png"],
    ["all pairs", "correspondence.csv"],
    ["all numbers", "correspondence.json"],
    ["read-out", "probe.json"],
  ];
  for (const [label, name] of shown) {
    if (files.has(name)) say(`${label.padEnd(15)} ${join(folder, name)}`);
  }
  if (layer === "fc4") say("fc4's units have no place in the image: no pictures of them, no truth test.");
  return 0;
}

/** The true regions, where the run's images are drawn faces. */
async function regionsOf({ dataset, record }: Run, data: string | undefined) {
  if (dataset.name !== "synthetic") return undefined;
  return syntheticRegions(await readPreparedMeta(data ?? record.dataset.folder), dataset.labels);
}

function json(value: unknown): string {
  // NaN is no JSON; what could not be measured is null.
  return jsonText(value, (_, item) => typeof item === "number" && !Number.isFinite(item) ? null : item);
}

if (import.meta.main) await runTask((args) => correspondTask(args));
