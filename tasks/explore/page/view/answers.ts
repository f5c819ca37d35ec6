/** The filters that answer a face most: what they see of it, beside the images that excite them most. */
import type { About, AboutFilters } from "../about.ts";
import type { Answer } from "../reading/reader.ts";
import { drawing, element } from "./element.ts";
import { greyCanvas } from "./face_view.ts";

/** Side of a patch's canvas in pixels. */
const SIDE = 96;

/** Cards, the strongest first. */
export class Answers {
  /** The filters that the run has sheets of. */
  readonly known: AboutFilters | undefined;
  #list = element("answers", HTMLOListElement);
  #cards = new Map<number, Card>();

  /** Says what the cards will show, and which command makes sheets where there are none. */
  constructor({ filters, remedy }: About) {
    this.known = filters;
    const explained = element("explained", HTMLParagraphElement);
    if (filters) {
      explained.textContent =
        `The six filters of conv3 that answer this face most, compared with the strongest answer of each to any of ` +
        `${
          filters.images.toLocaleString("en")
        } images of the run's data. First what the filter sees of this face, then ` +
        `the images that excite it most, and below each what of it excites the filter (${filters.method} projection).`;
    } else {
      const command = document.createElement("code");
      command.textContent = remedy;
      explained.append("The six filters of conv3 that answer this face most. What else excites them is shown once ");
      explained.append(command, " has looked at this checkpoint of a run.");
    }
  }

  /** Shows the answers to a face, S x S grey levels. */
  show(face: Uint8Array, imageSize: number, answers: readonly Answer[]): void {
    const picture = greyCanvas(face, imageSize);
    this.#list.replaceChildren(...answers.map((answer) => {
      const card = this.#cards.get(answer.filter) ?? new Card(answer.filter, this.known);
      this.#cards.set(answer.filter, card);
      card.show(picture, answer);
      return card.item;
    }));
  }
}

/** A filter's card, made when the filter first answers, so that a picture is loaded once. */
class Card {
  readonly item = document.createElement("li");
  #patch = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  #words = document.createElement("span");

  constructor(filter: number, known: AboutFilters | undefined) {
    const about = known?.filters.find((one) => one.filter === filter);
    const title = document.createElement("h3");
    title.textContent = `Filter ${filter}`;
    this.#patch.role = "img";
    this.#patch.ariaLabel = `What filter ${filter} sees of this face`;
    const head = document.createElement("div");
    head.className = "head";
    const text = document.createElement("div");
    text.append(title, this.#words);
    head.append(this.#patch, text);
    this.item.append(head);
    if (!about) return;
    const sheet = document.createElement("img");
    sheet.src = new URL(`filters/${filter}.webp`, document.baseURI).href;
    sheet.alt = `The ${about.hits} images that excite filter ${filter} most, and their projections`;
    sheet.decoding = "async";
    sheet.addEventListener("error", () => {
      const gone = document.createElement("p");
      gone.textContent = "Its pictures cannot be loaded: whoever serves this page is told why.";
      sheet.replaceWith(gone);
    });
    this.item.append(sheet);
    this.#words.dataset.preferred = about.preferred ?? "";
  }

  show(face: HTMLCanvasElement, { response, share, field, window: { left, top, width, height } }: Answer): void {
    const context = drawing(this.#patch);
    const scale = SIDE / field;
    // What the filter would see beyond the border stays empty, on the side where it lies.
    const [x, y] = [left === 0 ? field - width : 0, top === 0 ? field - height : 0];
    context.clearRect(0, 0, SIDE, SIDE);
    context.imageSmoothingQuality = "high";
    context.drawImage(face, left, top, width, height, x * scale, y * scale, width * scale, height * scale);
    const { preferred } = this.#words.dataset;
    const strength = share === undefined
      ? `response ${response.toFixed(2)}`
      : `${Math.round(100 * share)} % of its strongest answer`;
    this.#words.textContent = preferred ? `${strength}; prefers ${preferred}` : strength;
  }
}
