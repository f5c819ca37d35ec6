/** Looks at a layer of a run's network and writes what it saw: sheets, an overview, visualization.json. */
import { join } from "node:path";
import { receptiveField, receptiveWindow } from "../../analysis/layer.ts";
import { projectUnits } from "../../analysis/projection.ts";
import { layerResponses } from "../../analysis/responses.ts";
import { classSelectivity } from "../../analysis/statistics/selectivity.ts";
import { type Hit, topHits } from "../../analysis/top_activations.ts";
import { inForce } from "../option_list.ts";
import { createProgress, withCount } from "../progress.ts";
import { cut, GREY_SCALE, likeness } from "./grey.ts";
import { type ModelWithControls, withEveryControl } from "./network.ts";
import { filterSheet, overview, SHEET, type ShownFilter, type ShownHit, weightGrid } from "./sheets.ts";
import { visualizationDocument, type VisualizationWritten } from "../../run/documents/visualization.ts";
import { VISUALIZE_OPTIONS, type VisualizeArguments } from "./options.ts";

/** Filters that go through the GPU and onto paper together. */
const TOGETHER = 16;
/** Filters in the overview. */
const SHOWN = 12;

const METHODS = { guided: "guided back-projection", deconvnet: "deconvnet projection", gradient: "plain gradient" };

/** Looks at the layer and writes every file into a folder once it is ready, visualization.json last. Returns what is to be told. */
export async function visualizeLayer(
  model: ModelWithControls,
  options: Pick<VisualizeArguments, "layer" | "filters" | "top" | "method" | "distinctSubjects">,
  into: string,
  signal: AbortSignal,
): Promise<{ filters: number; hits: number; meanSimilarity: number | undefined }> {
  const { layer, top, method, distinctSubjects } = options;
  const { run: { dataset, settings }, net, control, chosen, compared, rule } = model;
  const count = dataset.labels.length;
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const images = { dataset, rows, normalization: settings.normalization };

  const found = await withCount("image", (onProgress) => layerResponses(net, images, { layer, signal, onProgress }));
  const best = topHits(found, { top, distinctSubjects: distinctSubjects ? dataset.subjects : undefined });
  const { selectivity, preferred } = classSelectivity(found, dataset.labels);
  const wanted = options.filters ?? best.map((_, filter) => filter);
  const field = receptiveField(layer, settings.normalization);
  const source = `The strongest responses among ${count.toLocaleString("en")} images of ${dataset.name}, ` +
    `network after ${chosen.step.toLocaleString("en")} updates`;
  const notes = { side: field.size, method: METHODS[method], source };

  const bySelectivity = wanted.toSorted((a, b) => selectivity[b] - selectivity[a] || a - b);
  const inOverview = new Set(bySelectivity.slice(0, SHOWN));
  const kept = new Map<number, ShownFilter>();
  const records: VisualizationWritten["filters"] = [];
  const similarities: number[] = [];
  let hits = 0;
  using progress = createProgress({ total: wanted.length, unit: "filter" });
  for (let first = 0; first < wanted.length; first += TOGETHER) {
    const group = wanted.slice(first, first + TOGETHER);
    const units = group.flatMap((filter) => best[filter].map(({ image, y, x }) => ({ image, filter, y, x })));
    const projections = await projectUnits(net, images, units, { layer, method, signal });
    const controls = await withEveryControl(
      model,
      (one) => projectUnits(one, images, units, { layer, method, signal }),
    );
    let row = 0;
    for (const filter of group) {
      const shownHits = best[filter].map((hit) => showHit(model, layer, hit, projections, controls, row++));
      const similarity = mean(shownHits.map(({ hit: { similarity } }) => similarity));
      const shown = {
        layer,
        filter,
        selectivity: selectivity[filter],
        preferred: dataset.classNames[preferred[filter]],
        similarity,
        hits: shownHits.map(({ hit }) => hit),
      };
      const sheet = `filter-${String(filter).padStart(3, "0")}.png`;
      await Deno.writeFile(join(into, sheet), await filterSheet(shown, notes));
      if (inOverview.has(filter)) kept.set(filter, shown);
      if (similarity !== undefined) similarities.push(similarity);
      hits += shown.hits.length;
      records.push({
        filter,
        sheet,
        selectivity: shown.selectivity,
        preferredClass: shown.preferred ?? null,
        structuralSimilarity: similarity ?? null,
        hits: shownHits.map(({ record }) => record),
      });
    }
    progress.update(Math.min(wanted.length, first + TOGETHER));
  }
  progress.stop();
  const most = bySelectivity.flatMap((filter) => kept.get(filter) ?? []);
  await Deno.writeFile(join(into, "overview.png"), await overview(most, wanted.length, notes));
  let weightRegions: VisualizationWritten["weights"];
  if (layer === "conv1") {
    const weights = await Promise.all([net, control].map(async (one) => (await one.parameters())["conv1.weight"]));
    const after = `Network after ${chosen.step.toLocaleString("en")} updates on ${dataset.name}`;
    const { png, regions } = await weightGrid(weights[0], weights[1], after);
    await Deno.writeFile(join(into, "weights.png"), png);
    weightRegions = regions;
  }
  const meanSimilarity = mean(similarities);
  const document: VisualizationWritten = {
    dataset: dataset.name,
    fingerprint: dataset.fingerprint,
    images: count,
    checkpoint: { step: chosen.step, rule, compared },
    options: inForce(VISUALIZE_OPTIONS, { ...options, controls: model.draws.length, select: model.selection }),
    layer,
    method,
    top,
    distinctSubjects,
    receptiveField: field,
    projection: "each response alone, everything else in the layer 0, sent back to the pixels; it starts with 1",
    scale: GREY_SCALE,
    control: {
      what: "the same units of the same images through networks whose weights are all drawn anew; the first is shown",
      draws: model.draws.length,
      seed: control.seed,
      initialScale: control.initialScale,
      structuralSimilarity: meanSimilarity ?? null,
      measure:
        "Wang et al. 2004, on the unit's pixels of the normalized image, both pictures scaled to [-1, 1], mean over the draws; a filter's is the mean of its hits'",
    },
    selectivity:
      "Morcos et al. 2018: (m - o) / (m + o), m the mean response to the preferred class, o the mean over the others",
    sheet: SHEET,
    weights: weightRegions,
    filters: records,
  };
  await Deno.writeTextFile(join(into, "visualization.json"), visualizationDocument(layer).text(document));
  return { filters: wanted.length, hits, meanSimilarity };
}

/** A hit as it is drawn, and as it is noted. */
function showHit(
  { run: { dataset, settings: { normalization } }, net }: ModelWithControls,
  layer: VisualizeArguments["layer"],
  { image, y, x, activation }: Hit,
  projections: Float32Array,
  controls: Float32Array[],
  row: number,
): { hit: ShownHit; record: VisualizationWritten["filters"][number]["hits"][number] } {
  const { imageSize } = net;
  const window = receptiveWindow(layer, y, x, imageSize, normalization);
  const { stride, offset } = receptiveField(layer, normalization);
  const part = { ...window, top: window.top - (stride * y + offset), left: window.left - (stride * x + offset) };
  const projection = cut(projections, row, imageSize, window);
  // What normalization adds around these pixels is 0 in every projection: it would make them look alike.
  const inner = receptiveWindow(layer, y, x, imageSize);
  const [own, others] = [
    cut(projections, row, imageSize, inner),
    controls.map((one) => cut(one, row, imageSize, inner)),
  ];
  const similarity = likeness(own, others, inner), control = cut(controls[0], row, imageSize, window);
  const subject = dataset.subjects[image];
  const label = dataset.labels[image];
  const className = label < 0 ? "no label" : dataset.classNames[label];
  const words = subject < 0 ? `image ${image}` : `person ${subject}`;
  const patch = cut(dataset.images, image, imageSize, window);
  return {
    hit: { part, patch, projection, control, activation, similarity, image, className, subject: words },
    record: {
      image,
      subject,
      class: label < 0 ? null : className,
      y,
      x,
      activation,
      window,
      structuralSimilarity: similarity,
    },
  };
}

function mean(values: number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
