/** Filters against Action Units: the heat map that leads to the filters, a card for each unit, the truth test, the read-out. */
import { SIGNIFICANT } from "../../../analysis/action_units/comparison.ts";
import { ANSWERED, tooFewPermutations, unitTitle } from "../../../analysis/action_units/findings.ts";
import { percent } from "../../../run/words.ts";
import type { Facts } from "../facts.ts";
import { type Content, type Html, markup } from "../html.ts";
import type { HeatMap } from "../pictures/action_units.ts";
import type { CorrespondenceRead, FilterRead, UnitRead } from "../../../run/documents/correspondence.ts";
import { layers, readOut, truthTest } from "./findings.ts";
import { count, image, missing, number, outdated, pValue, section, warning } from "./parts.ts";

/** The filters that have a sheet in the page, by number. */
export type Open = ReadonlySet<number>;

/** The section. */
export function actionUnitsSection(facts: Facts, open: Open): Html {
  const { correspondence, evaluation, heat, saved } = facts;
  const title = "Action Units";
  if (!correspondence) {
    return section(
      "units",
      title,
      missing("The filters have not been compared with Action Units.", "deno task correspond RUN"),
    );
  }
  const { document, probe } = correspondence;
  const { units, images, on, options, exchanged, intervals, checkpoint, compared } = document;
  const tested = units.filter(({ untested }) => untested === undefined);
  const answered = tested.filter((unit) => unit.answered);
  const few = tooFewPermutations(options.permutations, tested.length);
  const silent = tested.filter((unit) => !unit.answered);
  return section(
    "units",
    title,
    markup`<p>An Action Unit is a movement of the face that people code by hand: a raised brow, a pulled lip corner. Among ${
      count(images)
    } ${
      on === "test" ? "test images" : "images"
    }, each filter's strongest response to those that show a unit is compared with that to those that do not.</p>`,
    on === "all" && warning("Images that the network was trained on are among them."),
    evaluation && evaluation.chosen.step !== checkpoint &&
      warning(`These numbers are of checkpoint ${count(checkpoint)}, not of the one that was tested.`),
    outdated("These numbers were made", compared, saved, "deno task correspond RUN"),
    tested.length === 0
      ? markup`<p><strong>No Action Unit has enough support among these images.</strong></p>`
      : markup`<p><strong>${answered.length} of ${tested.length} Action Units excite a filter</strong> by more than chance (adjusted p below ${ANSWERED}).${
        silent.length > 0 && markup` Not shown for: ${silent.map(({ unit }) => unitTitle(unit)).join(", ")}.`
      }</p>`,
    few && warning(few),
    untested(units),
    heat && heatTable(heat, tested, open),
    tested.length > 0 && markup`<h3>Unit by unit</h3>
<p>Bars: D(Q ‖ R) in nats, Q the histogram of responses with the unit and R that without, for the most divergent filters. <span class="key excited">Orange</span>: the unit excites the filter; <span class="key quieter">blue</span>: the filter is quieter with it; <span class="key chance">grey</span>: neither by more than chance. Beneath, for the filters that the unit excites most, the faces that excite them, a bar over those that show the unit, and what excited the filter there${
      tested.some(({ truth }) => truth) && ", the unit's region outlined in green"
    }. Such a filter is the best of all, so its AUC is to be compared with that of the best filter by chance: what the same choice gives where labels are exchanged, its mean and where 95% of the permutations lie. The interval beside the AUC is that of a filter named beforehand.</p>
<div class="units">${tested.map((unit) => card(unit, facts, open))}</div>`,
    truthTest(document),
    probe ? readOut(probe) : missing("There is no read-out.", "deno task correspond RUN"),
    layers(facts),
    markup`<p class="note">${binWords(options)}; p-values about ${
      options.statistic === "kl" ? "the divergence" : "the area under the ROC curve"
    }; ${
      count(options.permutations)
    } permutations of ${exchanged}; a unit is tested where at least ${options.minimumSupport} sequences, or single images, show it and as many do not; family-wise p-values by the largest statistic over a unit's filters (Westfall and Young), over all pairs the false discovery rate (Benjamini and Hochberg); intervals of the AUC: ${intervals}, by the score method (Newcombe) with the jackknife over people.</p>`,
  );
}

/** How the histograms were made. */
function binWords({ bins, range, smoothing }: CorrespondenceRead["options"]): string {
  const laid = range === undefined
    ? ""
    : range === "full"
    ? " of equal width from the lowest to the highest response"
    : range === "quantiles"
    ? " of as many responses each"
    : ` of equal width from ${range[0]} to ${range[1]}, what lies outside in the outermost`;
  return `${bins} bins${laid}${smoothing === undefined ? "" : `, a pseudo-count of ${smoothing} a bin`}`;
}

function untested(units: readonly UnitRead[]): Content {
  const rest = units.filter(({ untested }) => untested !== undefined);
  return rest.length > 0 && markup`<details>
      <summary>Not tested: ${rest.length} of ${units.length} Action Units</summary>
      <ul>${rest.map(({ unit, untested }) => markup`<li>${unitTitle(unit)}: ${untested}</li>`)}</ul>
    </details>`;
}

/** A row a unit, a column a filter; the row leads to its best filters, a column to its own. */
function heatTable({ order, rows }: HeatMap, tested: readonly UnitRead[], open: Open): Html {
  const body = rows.map(({ unit, address, own }) => {
    const entry = tested.find((one) => one.unit === unit);
    const best = entry?.mostExcited.slice(0, 3) ?? [];
    const words = entry
      ? `Action Unit ${
        unitTitle(unit)
      }: ${entry.excitedFilters} filters are excited, ${entry.quieterFilters} are quieter, by more than chance`
      : `Action Unit ${unitTitle(unit)}`;
    return markup`<tr>
        <th scope="row"><a href="#unit-${unit}"><b>${unit}</b> ${unitTitle(unit).replace(/^\d+ ?/, "")}</a></th>
        <td><div class="strip" data-unit="${unit}" role="img" aria-label="${words}"><svg viewBox="0 0 ${order.length} 10" preserveAspectRatio="none" aria-hidden="true"><image href="${address}" width="${order.length}" height="10" preserveAspectRatio="none"/>${
      own && markup`<rect class="own" x="${own[0]}" y="0" width="${own[1] - own[0]}" height="10" />`
    }<rect class="cursor" width="1" height="10" visibility="hidden"/></svg></div></td>
        <td class="best">${
      best.map(({ filter, auc }) => filterLink(filter, open, `${filter}`, `AUC ${number(auc)}`))
    }</td>
      </tr>`;
  });
  return markup`<h3>Every filter against every unit</h3>
    <p>A column is one of ${order.length} filters, framed under the unit that excites it most. <span class="key excited">Orange</span>: the unit excites the filter; <span class="key quieter">blue</span>: it quiets it; pale: no more than chance (the direction's family-wise p is ${SIGNIFICANT} or more). Click a place in a row to open its filter, or move along the row with the arrow keys and press Enter.</p>
    <div><table class="map">
      <caption class="hidden">Action Units and the filters that answer to them</caption>
      <thead>
        <tr>
          <th scope="col">Action Unit</th>
          <th scope="col">filters</th>
          <th scope="col">best filters</th>
        </tr>
      </thead>
      <tbody>${body}</tbody>
    </table>
    <p class="readout" aria-hidden="true"></p></div>`;
}

function card(entry: UnitRead, { projections }: Facts, open: Open): Html {
  const {
    unit,
    present,
    absent,
    className,
    inClass,
    answered,
    excitedAdjusted,
    truth,
    mostDivergent,
    mostExcited,
    bestByChance,
  } = entry;
  const most = Math.max(0.1, ...mostDivergent.map(({ kl }) => kl));
  const shown = mostExcited.filter(({ filter }) => projections.has(`${unit} ${filter}`));
  return markup`<article id="unit-${unit}" class="unit"><h4><b>${unit}</b> ${unitTitle(unit).replace(/^\d+ ?/, "")}</h4>
<p class="note">Shown in ${count(present)} of ${count(present + absent)} images, in ${
    percent(inClass)
  } of “${className}”.</p>
<p class="verdicts">${
    answered
      ? markup`<span class="verdict yes">excites a filter</span>`
      : markup`<span class="verdict no">excites no filter for sure (p ${pValue(excitedAdjusted)})</span>`
  }${
    truth &&
    markup` <span class="verdict ${truth.found ? "yes" : "no"}">${truth.found ? "found" : "not found"}: ${
      percent(truth.inside)
    } inside, ${number(truth.ratio, 1)} × chance</span>`
  }</p>
<ol class="bars">${mostDivergent.map((pair) => bar(pair, most, open))}</ol>
${
    shown.map(({ filter, kl, auc, aucLow, aucHigh }) =>
      markup`<figure class="sight"><figcaption>${filterLink(filter, open, `filter ${filter}`)} KL ${number(kl)} · AUC ${
        number(auc)
      } [${number(aucLow)}, ${number(aucHigh)}] · best by chance ${number(bestByChance.auc)} [${
        number(bestByChance.low)
      }, ${number(bestByChance.high)}]</figcaption>${
        image(
          projections.get(`${unit} ${filter}`)!,
          `The faces that excite filter ${filter} most, and below each what excited it there`,
        )
      }</figure>`
    )
  }</article>`;
}

function bar({ filter, kl, auc, nullAuc, direction }: FilterRead, most: number, open: Open): Html {
  const kind = !(direction < SIGNIFICANT) ? "chance" : auc > nullAuc ? "excited" : "quieter";
  const words = { chance: "neither by more than chance", excited: "excited", quieter: "quieter" }[kind];
  return markup`<li>${
    filterLink(filter, open, `${filter}`)
  }<svg class="bar ${kind}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="${words}"><rect width="${
    (100 * kl / most).toFixed(1)
  }" height="6"/></svg><span>${number(kl)}</span></li>`;
}

function filterLink(filter: number, open: Open, words: string, more?: string): Html {
  const label = `Filter ${filter}${more ? `, ${more}` : ""}`;
  return open.has(filter)
    ? markup`<button type="button" class="filter" data-open="${filter}" aria-label="${label}: open its sheet"
        title="${label}">${words}</button>`
    : markup`<span class="filter" title="${label}">${words}</span>`;
}

/** What the page's script says of each pair. */
export function heatData({ heat }: Facts): unknown {
  if (!heat) return null;
  const hundredths = (values: readonly number[]) => values.map((value) => Math.round(100 * value));
  return {
    order: heat.order,
    units: heat.rows.map(({ unit, auc, excess, kl, significant }) => ({
      unit,
      name: unitTitle(unit),
      auc: hundredths(auc),
      excites: excess.map((value) => Number(value > 0)),
      kl: hundredths(kl),
      significant: significant.map(Number),
    })),
  };
}
