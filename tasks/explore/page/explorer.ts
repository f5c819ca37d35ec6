/** What the visitor does, and what follows from it: one picture at a time is looked at, or frame after frame. */
import type { AttributionMethod } from "../../../analysis/attribution.ts";
import { faceSquare } from "../../../datasets/faces/landmarks.ts";
import type { FaceCrop } from "../../../datasets/faces/read_faces.ts";
import { middleSquare, type Square } from "../../../datasets/faces/square.ts";
import { likeliest } from "../../likeliest.ts";
import type { About } from "./about.ts";
import { cropGrey } from "./reading/crop.ts";
import { Finder, LONGEST_SIDE } from "./reading/finder.ts";
import type { Reader } from "./reading/reader.ts";
import { Camera } from "./view/camera.ts";
import { Answers } from "./view/answers.ts";
import { Bars } from "./view/bars.ts";
import { element } from "./view/element.ts";
import { FaceView } from "./view/face_view.ts";
import { Picture } from "./view/picture.ts";
import { Rate } from "./view/rate.ts";

/** Filters that are shown, and milliseconds between two looks at them while a camera runs. */
const ANSWERS = 6, BETWEEN = 700;
/** Most bytes of a photograph: more than a camera makes. */
const MOST_BYTES = 2 ** 27;

/** Everything on the page that answers the visitor. */
export class Explorer {
  #reader: Reader;
  #crop: FaceCrop;
  #faces: string;
  #finder: Promise<Finder> | undefined;
  #picture: Picture;
  #bars: Bars;
  #view: FaceView;
  #answers: Answers;
  #camera = new Camera();
  #rate = new Rate();
  #status = element("status", HTMLParagraphElement);
  #method: AttributionMethod = "grad-cam";
  #finding = true;
  /** The class that the heat map is asked about; undefined for the likeliest. */
  #target: number | undefined;
  /** Counts what the visitor did: work for something older is dropped. */
  #turn = 0;
  #queue: Promise<void> = Promise.resolve();

  /** `faces` is where the files lie that find faces. */
  constructor(reader: Reader, about: About, crop: FaceCrop, faces: string) {
    this.#reader = reader;
    this.#crop = crop;
    this.#faces = faces;
    this.#bars = new Bars(reader.info.classNames, (target) => {
      this.#target = target;
      this.#readAgain();
    });
    this.#view = new FaceView(reader.info);
    this.#answers = new Answers(about);
    this.#picture = new Picture(() => this.#readAgain());
    if (crop === "whole-image") {
      this.#finding = false;
      element("finding", HTMLLabelElement).hidden = true;
    }
  }

  /** Another way of explaining. */
  setMethod(method: AttributionMethod): void {
    this.#method = method;
    this.#readAgain();
  }

  /** Whether faces are looked for; else the visitor draws the square. */
  setFinding(finding: boolean): void {
    this.#finding = finding;
    if (!this.#camera.on && this.#picture.shown) this.#do((turn) => this.#look(turn));
  }

  /** Looks at a file. */
  show(file: File): void {
    this.#stopCamera();
    this.#do(async (turn) => {
      if (file.size > MOST_BYTES) return this.#say(`${file.name} is larger than ${MOST_BYTES / 2 ** 20} MB.`);
      const bitmap = await createImageBitmap(file).catch(() => undefined);
      if (!bitmap) return this.#say(`${file.name} is no picture that this browser can read.`);
      this.#picture.show(bitmap, bitmap.width, bitmap.height, { live: false });
      bitmap.close();
      await this.#look(turn);
    });
  }

  /** Switches the camera on or off. While the browser asks the visitor, everything else goes on. */
  toggleCamera(): void {
    if (this.#camera.on) return this.#stopCamera();
    this.#say("The browser asks whether the camera may be used …");
    this.#camera.start().then(
      (runs) => runs && this.#do((turn) => this.#live(turn)),
      (error) => this.#say(Camera.explain(error)),
    );
  }

  #stopCamera(): void {
    const { on } = this.#camera;
    this.#camera.stop();
    if (!on) return;
    this.#turn++;
    this.#say("The camera is off.");
  }

  /** Does something once what is being done has ended; whatever waits for an older wish finds that it is out of date. */
  #do(work: (turn: number) => Promise<unknown>): void {
    const turn = ++this.#turn;
    this.#queue = this.#queue.then(async () => {
      if (turn !== this.#turn) return;
      try {
        await work(turn);
      } catch (error) {
        if (turn !== this.#turn) return;
        this.#camera.stop();
        this.#say(words(error));
      }
    });
  }

  #readAgain(): void {
    if (!this.#camera.on && this.#picture.shown) this.#do(() => this.#read());
  }

  /** A screen reader reads out what changes. */
  #say(words: string): void {
    if (this.#status.textContent !== words) this.#status.textContent = words;
  }

  /** Finds the faces of a photograph, or lets the visitor draw a square, and reads. */
  async #look(turn: number): Promise<void> {
    if (!this.#finding) {
      this.#picture.draw(middleSquare(this.#picture));
      this.#say(this.#crop === "whole-image" ? "The middle square is read." : "Draw a square around the face.");
      await this.#read();
      return;
    }
    this.#say("Looking for faces …");
    await painted();
    const squares = await this.#squares(false);
    if (turn !== this.#turn) return;
    if (squares.length === 0) {
      this.#picture.draw(middleSquare(this.#picture));
      this.#say("No face was found. Draw a square around it: brows to chin, a little room around them.");
    } else {
      this.#picture.choose(squares);
      const found = squares.length === 1 ? "One face was found." : `${squares.length} faces were found: choose one.`;
      this.#say(found);
    }
    await this.#read();
  }

  async #squares(frame: boolean): Promise<Square[]> {
    const { pixels, scale } = this.#picture.shrunk(LONGEST_SIDE);
    const style = this.#crop === "drawn" ? "drawn" : "eyes-and-chin";
    try {
      const finder = await (this.#finder ??= Finder.open(this.#faces));
      const faces = await finder.find(pixels, scale, frame);
      return faces.flatMap(({ landmarks }) => faceSquare(landmarks, style) ?? []);
    } catch (error) {
      // What could not be loaded may be there the next time.
      this.#finder = undefined;
      throw new Error(
        `Faces cannot be looked for (${words(error)}). Try again, or untick “Find the face” and draw a square.`,
      );
    }
  }

  /** Frame after frame, until the visitor does something else or the camera ends. */
  async #live(turn: number): Promise<void> {
    let looked = -Infinity;
    const goesOn = () => turn === this.#turn && this.#camera.on;
    try {
      for (;;) {
        const { video } = this.#camera;
        await this.#camera.nextFrame();
        if (!goesOn()) break;
        this.#picture.show(video, video.videoWidth, video.videoHeight, { live: true });
        const squares = this.#finding ? await this.#squares(true) : [middleSquare(this.#picture)];
        if (!goesOn()) break;
        const now = performance.now();
        const filters = now - looked > BETWEEN;
        this.#picture.choose(squares);
        const read = await this.#read(filters);
        if (filters && read !== undefined) looked = now;
        if (!goesOn()) break;
        if (this.#rate.count(performance.now())) this.#say(this.#sight(read));
      }
    } finally {
      this.#rate.stop();
    }
    if (turn === this.#turn) this.#say("The camera gives no more pictures.");
  }

  /** What is in sight of the camera, given the class that was read. */
  #sight(read: number | undefined): string {
    if (read === undefined) return "No face is in sight.";
    const what = this.#finding ? "A face is in sight, read" : "The middle square is read";
    return `${what} as ${this.#reader.info.classNames[read]}.`;
  }

  /** Reads the chosen face. Returns the likeliest class; undefined where there is no face. */
  async #read(filters = true): Promise<number | undefined> {
    const square = this.#picture.square;
    if (!square) return undefined;
    const { pixels, at } = this.#picture.around(square);
    const face = cropGrey(pixels, at, this.#reader.info.imageSize);
    const probabilities = await this.#reader.classify(face);
    const first = likeliest(probabilities);
    const target = this.#target ?? first;
    this.#bars.show(probabilities);
    this.#view.show(face, await this.#reader.explain(face, target, this.#method), target);
    if (filters) this.#answers.show(face, this.#reader.info.imageSize, await this.#answersTo(face));
    return first;
  }

  #answersTo(face: Uint8Array) {
    return this.#reader.strongest(face, ANSWERS, this.#answers.known);
  }
}

const words = (error: unknown) => error instanceof Error ? error.message : String(error);

/** After the browser has shown what was said. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
