/** The picture, and the squares on it: faces that were found, to choose from, or a square that the visitor draws. */
import { BACKGROUND } from "../../../../datasets/faces/background.ts";
import type { Square } from "../../../../datasets/faces/square.ts";
import type { Rgba } from "../reading/crop.ts";
import { dragged, kept, moved } from "./drawn_square.ts";
import { drawing, element } from "./element.ts";

/** The longer side of what is kept of a photograph, in pixels. */
const LONGEST = 4096;
/** What is looked at. */
export class Picture {
  #canvas = element("picture", HTMLCanvasElement);
  #context = drawing(this.#canvas, { willReadFrequently: true, alpha: false });
  #frame = element("frame", HTMLDivElement);
  #changed: () => void;
  #squares: Square[] = [];
  #chosen = 0;
  #drawn = false;
  /** The frame that a camera showed last stays as it was shown. */
  #mirrored = false;

  /** `changed` is called when the visitor chooses or draws a square. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#frame.addEventListener("pointerdown", (event) => this.#drag(event));
    this.#frame.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Whether there is a picture. */
  get shown(): boolean {
    return !this.#frame.hidden;
  }

  /** Its size in pixels. */
  get width(): number {
    return this.#canvas.width;
  }

  get height(): number {
    return this.#canvas.height;
  }

  /** The square that is read. */
  get square(): Square | undefined {
    return this.#squares[this.#chosen];
  }

  /** Takes a picture; a camera's is shown as a mirror would. */
  show(source: CanvasImageSource, width: number, height: number, { live }: { live: boolean }): void {
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
    if (this.width !== size.width || this.height !== size.height) Object.assign(this.#canvas, size);
    // What is transparent would show the picture before it.
    this.#context.fillStyle = BACKGROUND;
    this.#context.fillRect(0, 0, size.width, size.height);
    this.#context.imageSmoothingQuality = "high";
    this.#context.drawImage(source, 0, 0, size.width, size.height);
    this.#mirrored = live;
    this.#frame.classList.toggle("mirrored", live);
    this.#frame.hidden = false;
    element("invitation", HTMLParagraphElement).hidden = true;
    if (!live) this.choose([]);
  }

  /** Faces to choose from; the largest is chosen. */
  choose(squares: Square[]): void {
    this.#drawn = false;
    this.#squares = squares;
    this.#chosen = squares.reduce((best, { size }, n) => size > squares[best].size ? n : best, 0);
    this.#outline();
  }

  /** A square for the visitor to move. */
  draw(square: Square): void {
    this.#drawn = true;
    this.#squares = [kept(square, this)];
    this.#chosen = 0;
    this.#outline();
  }

  /** The pixels that a square touches, and where in them it lies: the picture's edge stays the edge. */
  around({ left, top, size }: Square): { pixels: Rgba; at: Square } {
    const low = (at: number, most: number) => Math.min(most - 1, Math.max(0, Math.floor(at)));
    const [x, y] = [low(left, this.width), low(top, this.height)];
    const width = Math.max(1, Math.min(this.width, Math.ceil(left + size) + 1) - x);
    const height = Math.max(1, Math.min(this.height, Math.ceil(top + size) + 1) - y);
    return {
      pixels: this.#context.getImageData(x, y, width, height),
      // Rounded before it is moved, as the square of the whole picture would be.
      at: { left: Math.round(left) - x, top: Math.round(top) - y, size },
    };
  }

  /** The whole picture, its longer side at most `longest`, and how much smaller it is. */
  shrunk(longest: number): { pixels: Rgba; scale: number } {
    const scale = Math.max(1, Math.max(this.width, this.height) / longest);
    if (scale === 1) return { pixels: this.#context.getImageData(0, 0, this.width, this.height), scale };
    const [width, height] = [this.width, this.height].map((side) => Math.max(1, Math.round(side / scale)));
    const context = drawing(Object.assign(document.createElement("canvas"), { width, height }));
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#canvas, 0, 0, width, height);
    return { pixels: context.getImageData(0, 0, width, height), scale };
  }

  #outline(): void {
    const known = [...this.#frame.querySelectorAll("button")];
    this.#squares.forEach((square, n) => {
      const button = known[n] ?? this.#frame.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = this.#drawn ? "face drawn" : "face";
      button.setAttribute("aria-pressed", String(n === this.#chosen));
      button.ariaLabel = this.#drawn
        ? "The square that is read: arrow keys move it, plus and minus change its size"
        : `Face ${n + 1} of ${this.#squares.length}`;
      button.onclick = () => this.#pick(n);
      const share = (value: number, of: number) => `${100 * value / of}%`;
      Object.assign(button.style, {
        left: share(square.left, this.width),
        top: share(square.top, this.height),
        width: share(square.size, this.width),
        height: share(square.size, this.height),
      });
    });
    for (const rest of known.slice(this.#squares.length)) rest.remove();
    this.#frame.classList.toggle("drawing", this.#drawn);
  }

  #pick(n: number): void {
    if (this.#drawn || n === this.#chosen) return;
    this.#chosen = n;
    this.#outline();
    this.#changed();
  }

  /** A square from where the pointer goes down to where it goes up. */
  #drag(event: PointerEvent): void {
    if (!this.#drawn) return;
    event.preventDefault();
    const box = this.#frame.getBoundingClientRect();
    const inside = (at: number, from: number, size: number) => Math.min(1, Math.max(0, (at - from) / size));
    const place = ({ clientX, clientY }: PointerEvent): [number, number] => {
      const right = inside(clientX, box.left, box.width);
      const x = this.#mirrored ? 1 - right : right;
      return [x * this.width, inside(clientY, box.top, box.height) * this.height];
    };
    const from = place(event);
    const move = (now: PointerEvent) => {
      this.#squares = [dragged(from, place(now), this)];
      this.#outline();
    };
    const end = () => {
      this.#frame.removeEventListener("pointermove", move);
      this.#changed();
    };
    this.#frame.setPointerCapture(event.pointerId);
    this.#frame.addEventListener("pointermove", move);
    this.#frame.addEventListener("lostpointercapture", end, { once: true });
  }

  #key(event: KeyboardEvent): void {
    const { width, height, square } = this;
    const next = this.#drawn && square && moved(square, event.key, { width, height, mirrored: this.#mirrored });
    if (!next) return;
    event.preventDefault();
    this.#squares = [next];
    this.#outline();
    this.#changed();
  }
}
