/** How many frames a second are read: for the eye alone, once a second; a screen reader is not told. */
import { element } from "./element.ts";

/** Milliseconds between two words. */
const BETWEEN = 1000;

/** A count of frames, and its place on the page. */
export class Rate {
  #place = element("rate", HTMLParagraphElement);
  #frames = 0;
  #since: number | undefined;

  /** Counts a frame, at `now` milliseconds. Returns whether it is time to say something again: at the first, and once a second. */
  count(now: number): boolean {
    if (this.#since === undefined) {
      this.#since = now;
      return true;
    }
    this.#frames++;
    const passed = now - this.#since;
    if (passed < BETWEEN) return false;
    const rate = 1000 * this.#frames / passed;
    this.#place.textContent = `${rate.toFixed(rate < 10 ? 1 : 0)} frames a second`;
    [this.#frames, this.#since] = [0, now];
    return true;
  }

  /** No more frames. */
  stop(): void {
    this.#place.textContent = "";
    [this.#frames, this.#since] = [0, undefined];
  }
}
