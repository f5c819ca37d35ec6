/** The visitor's camera, on only while its button is pressed. */
import { element } from "./element.ts";

const WORDS = { on: "Stop the camera", off: "Use the camera" };

/** A camera, or none. */
export class Camera {
  /** What plays its pictures; it is not on the page. */
  readonly video = document.createElement("video");
  #button = element("camera", HTMLButtonElement);
  #stream: MediaStream | undefined;

  constructor() {
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /** Whether it runs. */
  get on(): boolean {
    return this.#stream !== undefined;
  }

  /** Asks for the camera and waits for its first picture. Rejects where there is none, or it is refused. */
  async start(): Promise<void> {
    if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } },
      audio: false,
    });
    this.video.srcObject = stream;
    await this.video.play();
    this.#stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.stop());
    this.#tell();
  }

  /** Switches it off. */
  stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.video.srcObject = null;
    this.#tell();
  }

  #tell(): void {
    this.#button.setAttribute("aria-pressed", String(this.on));
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
