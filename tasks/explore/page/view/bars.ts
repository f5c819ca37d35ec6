/** The class probabilities as bars, each a button that asks the heat map about its class. */
import { element } from "./element.ts";

/** A bar a class, in the model's order, so that each keeps its place from frame to frame. */
export class Bars {
  #rows: { button: HTMLButtonElement; bar: HTMLElement; value: HTMLElement }[];

  /** `ask` gets the class that the visitor chose, or undefined for the likeliest. */
  constructor(classNames: readonly string[], ask: (target: number | undefined) => void) {
    this.#rows = classNames.map((name, n) => {
      const button = document.createElement("button");
      button.type = "button";
      const [label, rail, bar, value] = ["span", "span", "span", "span"].map((tag) => document.createElement(tag));
      label.className = "name";
      label.textContent = name;
      rail.className = "rail";
      bar.className = "bar";
      value.className = "value";
      value.textContent = "–";
      rail.append(bar);
      button.append(label, rail, value);
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => ask(button.ariaPressed === "true" ? undefined : n));
      return { button, bar, value };
    });
    element("bars", HTMLOListElement).replaceChildren(...this.#rows.map(({ button }) => {
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
  }

  /** Shows probabilities, and which class the visitor asked about. */
  show(probabilities: Float32Array, asked: number | undefined): void {
    const most = Math.max(...probabilities);
    this.#rows.forEach(({ button, bar, value }, n) => {
      const share = probabilities[n];
      bar.style.width = `${100 * share}%`;
      value.textContent = `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
      button.classList.toggle("likeliest", share === most);
      button.setAttribute("aria-pressed", String(n === asked));
      button.dataset.probability = String(share);
    });
  }
}
