/** The visitor's camera, on only where the visitor wants it. */
import { element } from "./element.ts";

const WORDS = { on: "Stop the camera", off: "Use the camera" };

/** A camera, or none. */
export class Camera {
  /** What plays its pictures; it is not on the page. */
  readonly video = document.createElement("video");
  #button = element("camera", HTMLButtonElement);
  /** Known from the moment that the browser gives it: whatever happens then, its tracks can be stopped. */
  #stream: MediaStream | undefined;
  #wanted = false;
  #asking = false;
  /** Ends the waiting for a picture. */
  #wake = () => {};

  constructor() {
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /** Whether it runs. */
  get on(): boolean {
    return this.#stream !== undefined;
  }

  /**
   * Asks for the camera and waits for its first picture. Rejects where there is none, or it is refused.
   *
   * @returns Whether it runs now: not where `stop` was called before the browser had an answer, nor where an earlier call is still asking, to
   * which it is left.
   */
  async start(): Promise<boolean> {
    if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
    this.#wanted = true;
    if (this.#asking) return false;
    this.#asking = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } },
        audio: false,
      });
      this.#stream = stream;
      if (this.#wanted) await this.#play(stream);
    } catch (error) {
      if (this.#wanted) {
        this.stop();
        throw error;
      }
    } finally {
      this.#asking = false;
    }
    if (!this.#wanted) this.stop();
    return this.on;
  }

  async #play(stream: MediaStream): Promise<void> {
    // It may be unplugged.
    stream.getVideoTracks()[0].addEventListener("ended", () => {
      if (this.#stream === stream) this.stop();
    });
    this.video.srcObject = stream;
    await this.video.play();
    this.#tell();
  }

  /** Waits for its next picture, where the page is hidden until it is not; also ends where the camera does. */
  nextFrame(): Promise<void> {
    const { video } = this;
    return new Promise((resolve) => {
      if (!this.on) return resolve();
      this.#wake = resolve;
      if (!("requestVideoFrameCallback" in video)) return void requestAnimationFrame(() => resolve());
      const waiting = video.requestVideoFrameCallback(() => resolve());
      this.#wake = () => {
        video.cancelVideoFrameCallback(waiting);
        resolve();
      };
    });
  }

  /** Switches it off, or calls off the asking for it. */
  stop(): void {
    this.#wanted = false;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.video.srcObject = null;
    this.#wake();
    this.#tell();
  }

  #tell(): void {
    this.#button.classList.toggle("on", this.on);
    this.#button.textContent = this.on ? WORDS.on : WORDS.off;
  }

  /** Why it does not start, and what helps. */
  static explain(error: unknown): string {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError") {
      return "The browser does not let this page use the camera; allow it beside the address.";
    }
    if (name === "NotFoundError") return "There is no camera. A photograph can be dropped instead.";
    if (name === "NotReadableError") return "The camera is busy; another program may be using it.";
    if (name === "SecurityError") return "A camera is there only for pages from https:// or from this machine.";
    return `The camera does not start: ${error instanceof Error ? error.message : error}`;
  }
}
