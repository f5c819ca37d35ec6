/** The filters: conv1's weights as they are, and a gallery of conv3's strongest responses that opens their sheets. */
import { type Content, type Html, markup } from "../html.ts";
import type { Facts, GalleryFilter } from "../facts.ts";
import { count, image, missing, number, outdated, section, warning } from "./parts.ts";

/** Filters that are shown before a reader asks for all. */
export const SHOWN_FIRST = 48;

const METHODS: Readonly<Record<string, string>> = {
  guided: "guided backpropagation",
  deconvnet: "the deconvolutional network's rule",
  gradient: "the plain gradient",
};

/** The section; `gallery` holds the filters that fit. */
export function filtersSection(facts: Facts, gallery: readonly GalleryFilter[]): Html {
  return section("filters", "Filters", weights(facts), filters(facts, gallery));
}

function weights({ weightPictures, firstLayer, visualization, evaluation, saved }: Facts): Content {
  const title = markup`<h3>conv1: the weights themselves</h3>`;
  if (!weightPictures) return [title, missing("They have not been drawn.", "deno task visualize RUN --layer conv1")];
  const [trained, control] = weightPictures;
  const beside = evaluation?.chosen.step ?? visualization?.checkpoint.step;
  const other = firstLayer && beside !== undefined && firstLayer.checkpoint.step !== beside;
  return markup`${title}<p>A filter of the first layer is a picture of what it answers most. Where training has done something, the two sides look different.</p>
    ${
    other &&
    warning(
      `These weights are of checkpoint ${count(firstLayer.checkpoint.step)}, not of checkpoint ${count(beside)} as ${
        evaluation ? "what was tested" : "the filters below"
      }.`,
    )
  }${
    firstLayer &&
    outdated(
      "These weights were drawn",
      firstLayer.checkpoint.compared,
      saved,
      "deno task visualize RUN --layer conv1",
    )
  }
    <div class="pair">
      <figure>${
    image(trained, "The 64 filters of conv1 after training, 5 by 5 weights each, in a grid of 8 columns")
  }<figcaption>trained</figcaption></figure>
      <figure>${
    image(control, "The same filters with random weights, for comparison")
  }<figcaption>control: random weights</figcaption></figure>
    </div>`;
}

function filters({ visualization, evaluation, saved }: Facts, gallery: readonly GalleryFilter[]): Content {
  const title = markup`<h3>conv3: what excites each filter</h3>`;
  if (!visualization) return [title, missing("The filters have not been looked at.", "deno task visualize RUN")];
  const { images, method, checkpoint, receptiveField, control, filters } = visualization;
  const left = filters.length - gallery.length;
  const classes = [...new Set(gallery.flatMap(({ preferredClass }) => preferredClass ?? []))].sort();
  const units = [...new Set(gallery.flatMap(({ units }) => units))].sort((a, b) => a - b);
  const other = evaluation && evaluation.chosen.step !== checkpoint.step;
  const option = (value: string | number, words: string) => markup`<option value="${value}">${words}</option>`;
  return markup`${title}
<p>Of ${
    count(images)
  } images, those that excite a filter most: above what the unit sees of them (${receptiveField.size} × ${receptiveField.size} pixels), in the middle that response alone sent back to the pixels by ${
    METHODS[method] ?? method
  }, below the <strong>control</strong>, the same through random weights${
    (control.draws ?? 1) > 1 && `, the first of ${control.draws} draws`
  }. The similarity${
    (control.draws ?? 1) > 1 && ", a mean over the draws,"
  } says how alike the last two are: 1 would be the same picture, and a picture that is the same under random weights says nothing about the filter.${
    control.structuralSimilarity !== null && markup` On average it is <b>${number(control.structuralSimilarity)}</b>.`
  } Middle grey is zero. Selectivity is (m − o) / (m + o), m the mean response to the preferred class and o that to the others.</p>
${other && warning(`These pictures are of checkpoint ${count(checkpoint.step)}, not of the one that was tested.`)}
${outdated("These pictures were made", checkpoint.compared, saved, "deno task visualize RUN")}
${
    left > 0 &&
    markup`<p class="note">${count(left)} of ${
      count(filters.length)
    } filters were left out to keep this file below its limit: those that no Action Unit names, from the least selective on. Their sheets are in <code>RUN/visualization/conv3/</code>.</p>`
  }
<form class="tools" hidden aria-label="Which filters, in which order">
<label>Sort by <select name="sort">${option("selectivity", "selectivity")}${
    option("similarity", "similarity to control")
  }${option("filter", "number")}</select></label>
<label>Prefers <select name="class">${option("", "any class")}${
    classes.map((name) => option(name, name))
  }</select></label>
${
    units.length > 0 &&
    markup`<label>Named by <select name="unit">${option("", "any filter")}${
      units.map((unit) => option(unit, `Action Unit ${unit}`))
    }</select></label>`
  }
<output aria-live="polite"></output>
</form>
<ul class="gallery">${bySelectivity(gallery).map((filter) => markup`<li>${card(filter)}</li>`)}</ul>
<p class="more"><button type="button" hidden>Show all ${gallery.length} filters</button></p>
<p class="print-only">On paper: the ${
    Math.min(SHOWN_FIRST, gallery.length)
  } most selective filters of ${gallery.length}.</p>`;
}

function bySelectivity(gallery: readonly GalleryFilter[]): GalleryFilter[] {
  return gallery.toSorted((a, b) => (b.selectivity ?? -1) - (a.selectivity ?? -1) || a.filter - b.filter);
}

function card({ filter, picture, selectivity, preferredClass, structuralSimilarity, units }: GalleryFilter): Html {
  const prefers = preferredClass ?? "answers no image";
  return markup`<button type="button" class="card" data-filter="${filter}" data-selectivity="${selectivity ?? -1}"
      data-similarity="${structuralSimilarity ?? 2}" data-class="${preferredClass ?? ""}"
      data-units="${units.join(" ")}">${
    picture
      ? image(picture, `Filter ${filter}: what excites it, the projections, and the control below`)
      : markup`<span class="empty">no image excites it</span>`
  }<span class="name">${filter}</span><span class="prefers">${prefers}${
    selectivity !== null && preferredClass !== null && markup` <b>${number(selectivity)}</b>`
  }</span><span class="similarity">control ${number(structuralSimilarity)}</span></button>`;
}

/** What the page's script says of each filter: its hits, as a table beneath the pictures. */
export function filterData(gallery: readonly GalleryFilter[]): unknown {
  return Object.fromEntries(gallery.map(({ filter, hits, selectivity, preferredClass, structuralSimilarity }) => [
    filter,
    {
      words: preferredClass === null
        ? "It answers no image."
        : `Selectivity ${number(selectivity)}, for ${preferredClass}. Similarity to the control ${
          number(structuralSimilarity)
        }.`,
      hits: hits.map((hit) => [
        number(hit.activation),
        hit.class ?? "no label",
        hit.subject < 0 ? `image ${hit.image}` : `person ${hit.subject}`,
        number(hit.structuralSimilarity),
      ]),
    },
  ]));
}

/** The dialog that a sheet opens in. */
export function sheetDialog(): Html {
  return markup`<dialog id="sheet" aria-labelledby="sheet-title">
      <div class="bar">
        <h2 id="sheet-title"></h2>
        <div><button type="button" data-go="-1" aria-label="Previous filter">←</button><button type="button" data-go="1" aria-label="Next filter">→</button><button type="button" data-close aria-label="Close">✕</button></div>
      </div>
      <p data-words></p>
      <div class="scroll" tabindex="0" role="region" aria-label="What excites the filter">
        <div class="sheet"><div class="rows" aria-hidden="true"><span>image</span><span>projection</span><span>control</span></div><img alt="" width="1" height="1"><table role="table" aria-label="The responses, column by column as in the picture above"><tbody role="rowgroup"></tbody></table></div>
      </div>
      <p data-units></p>
      <p class="keys">← and → go to the neighbours, Esc closes.</p>
    </dialog>`;
}
