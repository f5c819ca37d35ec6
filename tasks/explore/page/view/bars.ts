/** The class probabilities as bars, each a button that asks the heat map about its class. */
import { likeliest } from "../../../likeliest.ts";
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
      button.addEventListener("click", () => {
        const asked = button.ariaPressed === "true" ? undefined : n;
        this.#press(asked); // also where there is no picture yet: the next will be asked about it
        ask(asked);
      });
      return { button, bar, value };
    });
    this.#press(undefined);
    element("bars", HTMLOListElement).replaceChildren(...this.#rows.map(({ button }) => {
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
  }

  /** Shows probabilities. */
  show(probabilities: Float32Array): void {
    const first = likeliest(probabilities);
    this.#rows.forEach(({ button, bar, value }, n) => {
      const share = probabilities[n];
      bar.style.width = `${100 * share}%`;
      value.textContent = `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
      button.classList.toggle("likeliest", n === first);
      button.dataset.probability = String(share);
    });
  }

  #press(asked: number | undefined): void {
    this.#rows.forEach(({ button }, n) => button.setAttribute("aria-pressed", String(n === asked)));
  }
}
