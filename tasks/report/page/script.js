// The page's own script: the gallery's order, the dialog with a filter's sheet, and the heat map's rows. Without it everything is still there to read.
const data = JSON.parse(document.getElementById("data").textContent);
const dialog = document.getElementById("sheet");
const cards = [...document.querySelectorAll(".card")];
const cardOf = new Map(cards.map((card) => [Number(card.dataset.filter), card]));
let order = cards;

// The gallery.
const gallery = document.querySelector(".gallery");
const tools = document.querySelector(".tools");
const more = document.querySelector(".more button");
let all = false;

function arrange() {
  const { sort, class: wanted, unit } = tools.elements;
  const ascending = sort.value === "selectivity" ? -1 : 1;
  const value = (card) => ascending * Number(card.dataset[sort.value]);
  const fits = (card) =>
    (wanted.value === "" || card.dataset.class === wanted.value) &&
    (!unit?.value || card.dataset.units.split(" ").includes(unit.value));
  const sorted = cards.toSorted((a, b) => value(a) - value(b) || a.dataset.filter - b.dataset.filter);
  order = sorted.filter(fits);
  for (const card of sorted) gallery.append(card.parentElement);
  const shown = all ? order : order.slice(0, data.shownFirst);
  for (const card of cards) card.parentElement.hidden = !shown.includes(card);
  more.hidden = shown.length === order.length;
  more.textContent = `Show all ${order.length} filters`;
  tools.querySelector("output").textContent = `${shown.length} of ${cards.length} filters shown`;
}

if (tools) {
  tools.hidden = false;
  tools.addEventListener("change", arrange);
  tools.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => {
    const first = order[data.shownFirst];
    all = true;
    arrange();
    first?.focus();
  });
  arrange();
}

// The dialog.
let open;

function show(filter) {
  const card = cardOf.get(filter), about = data.filters[filter];
  if (!card) return;
  open = filter;
  const find = (selector) => dialog.querySelector(selector);
  find("h2").textContent = `${data.layer}, filter ${filter}`;
  find("[data-words]").textContent = about.words;
  const picture = card.querySelector("img"), image = find(".sheet img");
  find(".sheet").hidden = !picture;
  if (picture) {
    for (const name of ["src", "width", "height"]) image.setAttribute(name, picture.getAttribute(name));
    image.alt = `Filter ${filter}: the images that excite it most, below each its projection and the control`;
  }
  find(".sheet").style.setProperty("--hits", about.hits.length);
  const names = ["activation", "class", "person", "similarity to control"];
  find("tbody").replaceChildren(...names.map((name, n) => {
    const row = document.createElement("tr");
    // Laid out as a grid it would be no table to a screen reader, were the roles not said.
    row.setAttribute("role", "row");
    const hits = about.hits.map((hit) => cell("td", hit[n], { role: "cell" }));
    row.append(cell("th", name, { scope: "row", role: "rowheader" }), ...hits);
    return row;
  }));
  find("[data-units]").replaceChildren(...answers(filter));
  if (!dialog.open) dialog.showModal();
}

function cell(name, text, attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The units that a filter answers to by more than chance, each leading to its card. */
function answers(filter) {
  const units = (data.heat?.units ?? []).filter(({ significant }) => significant[filter]);
  const list = (words, some) =>
    some.length === 0 ? [] : [
      `${words} `,
      ...some.toSorted((a, b) => b.kl[filter] - a.kl[filter]).flatMap(({ unit, name, auc }, n) => [
        n > 0 ? ", " : "",
        cell("a", `${name} (AUC ${(auc[filter] / 100).toFixed(2)})`, { href: `#unit-${unit}` }),
      ]),
      ". ",
    ];
  const up = list("Excited by", units.filter(({ excites }) => excites[filter]));
  const down = list("Quieter with", units.filter(({ excites }) => !excites[filter]));
  return up.length + down.length > 0 || !data.heat ? [...up, ...down] : ["No Action Unit by more than chance."];
}

function go(steps) {
  const shown = order.some((card) => Number(card.dataset.filter) === open) ? order : cards;
  const at = shown.findIndex((card) => Number(card.dataset.filter) === open);
  show(Number(shown.at((at + steps) % shown.length).dataset.filter));
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-filter], [data-open], [data-go], [data-close]");
  if (button?.dataset.filter) show(Number(button.dataset.filter));
  else if (button?.dataset.open) show(Number(button.dataset.open));
  else if (button?.dataset.go) go(Number(button.dataset.go));
  else if (button || target === dialog || target.closest("dialog a")) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (steps === undefined) return;
  event.preventDefault();
  go(steps);
});

// The heat map: each row is a slider over the filters.
const readout = document.querySelector(".readout");
for (const strip of document.querySelectorAll(".strip")) {
  const row = data.heat.units.find(({ unit }) => unit === Number(strip.dataset.unit));
  const last = data.heat.order.length - 1, cursor = strip.querySelector(".cursor");
  let at = 0;
  const move = (column) => {
    at = Math.min(last, Math.max(0, column));
    const filter = data.heat.order[at];
    const chance = row.significant[filter] ? "" : ", no more than chance";
    const numbers = `AUC ${(row.auc[filter] / 100).toFixed(2)}, KL ${(row.kl[filter] / 100).toFixed(2)}${chance}`;
    strip.setAttribute("aria-valuenow", at);
    strip.setAttribute("aria-valuetext", `filter ${filter}: ${numbers}`);
    cursor.setAttribute("x", at);
    cursor.setAttribute("visibility", "visible");
    readout.textContent = `${row.name} · filter ${filter}: ${numbers}${cardOf.has(filter) ? "" : ", no sheet here"}`;
  };
  const leave = () => {
    cursor.setAttribute("visibility", "hidden");
    readout.textContent = "";
  };
  const under = ({ clientX }) => {
    const { left, width } = strip.firstElementChild.getBoundingClientRect();
    return Math.floor((clientX - left) / width * (last + 1));
  };
  const name = strip.getAttribute("aria-label");
  for (
    const [key, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": last })
  ) {
    strip.setAttribute(key, value);
  }
  strip.setAttribute("aria-label", `${name}. Enter opens the filter`);
  strip.setAttribute("aria-valuenow", 0);
  strip.addEventListener("pointermove", (event) => move(under(event)));
  strip.addEventListener("pointerleave", leave);
  strip.addEventListener("focus", () => move(at));
  strip.addEventListener("blur", leave);
  strip.addEventListener("click", (event) => {
    move(under(event));
    show(data.heat.order[at]);
  });
  strip.addEventListener("keydown", (event) => {
    const columns = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: last };
    if (event.key === "Enter") show(data.heat.order[at]);
    else if (event.key in columns) move(columns[event.key]);
    else return;
    event.preventDefault();
  });
}
