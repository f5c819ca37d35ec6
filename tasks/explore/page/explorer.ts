/** What the visitor does, and what follows from it: one picture at a time is looked at, or frame after frame. */
import type { AttributionMethod } from "../../../analysis/attribution.ts";
import type { Square } from "../../../datasets/faces/image.ts";
import { faceSquare } from "../../../datasets/faces/landmarks.ts";
import type { FaceCrop } from "../../../datasets/faces/read_faces.ts";
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

  /** Switches the camera on or off. */
  toggleCamera(): void {
    if (this.#camera.on) return this.#stopCamera();
    this.#do(async (turn) => {
      this.#say("The browser asks whether the camera may be used …");
      try {
        await this.#camera.start();
      } catch (error) {
        return this.#say(Camera.explain(error));
      }
      await this.#live(turn);
    });
  }

  #stopCamera(): void {
    if (!this.#camera.on) return;
    this.#turn++;
    this.#camera.stop();
    this.#say("The camera is off.");
  }

  /** Does something once what is being done has ended; whatever waits for an older wish finds that it is out of date. */
  #do(work: (turn: number) => Promise<void>): void {
    const turn = ++this.#turn;
    this.#queue = this.#queue.then(async () => {
      if (turn !== this.#turn) return;
      try {
        await work(turn);
      } catch (error) {
        this.#camera.stop();
        this.#say(error instanceof Error ? error.message : String(error));
      }
    });
  }

  #readAgain(): void {
    if (!this.#camera.on && this.#picture.shown) this.#do(() => this.#read());
  }

  #say(words: string): void {
    this.#status.textContent = words;
  }

  /** Finds the faces of a photograph, or lets the visitor draw a square, and reads. */
  async #look(turn: number): Promise<void> {
    const { width, height } = this.#picture;
    if (!this.#finding) {
      this.#picture.draw(middle(width, height));
      this.#say(this.#crop === "whole-image" ? "The middle square is read." : "Draw a square around the face.");
      return await this.#read();
    }
    this.#say("Looking for faces …");
    await painted();
    const squares = await this.#squares(false);
    if (turn !== this.#turn) return;
    if (squares.length === 0) {
      this.#picture.draw(middle(width, height));
      this.#say("No face was found. Draw a square around it: brows to chin, a little room around them.");
    } else {
      this.#picture.choose(squares);
      const found = squares.length === 1 ? "One face was found." : `${squares.length} faces were found: choose one.`;
      this.#say(found);
    }
    await this.#read();
  }

  async #squares(frame: boolean): Promise<Square[]> {
    const finder = await (this.#finder ??= Finder.open(this.#faces));
    const { pixels, scale } = this.#picture.shrunk(LONGEST_SIDE);
    const faces = await finder.find(pixels, scale, frame);
    const style = this.#crop === "drawn" ? "drawn" : "eyes-and-chin";
    return faces.flatMap(({ landmarks }) => faceSquare(landmarks, style) ?? []);
  }

  /** Frame after frame, until the visitor does something else. */
  async #live(turn: number): Promise<void> {
    const frames: number[] = [];
    let looked = -Infinity;
    const goesOn = () => turn === this.#turn && this.#camera.on;
    while (goesOn()) {
      const { video } = this.#camera;
      await nextFrame(video);
      if (!goesOn()) return;
      this.#picture.show(video, video.videoWidth, video.videoHeight, { live: true });
      const squares = this.#finding ? await this.#squares(true) : [middle(this.#picture.width, this.#picture.height)];
      if (!goesOn()) return;
      const now = performance.now();
      const filters = now - looked > BETWEEN;
      if (squares.length > 0) {
        this.#picture.choose(squares);
        await this.#read(filters);
        if (filters) looked = now;
      } else this.#picture.choose([]);
      if (!goesOn()) return;
      frames.push(performance.now());
      if (frames.length > 12) frames.shift();
      const rate = 1000 * (frames.length - 1) / (frames.at(-1)! - frames[0]);
      const words = squares.length > 0 ? "" : "no face in sight, ";
      if (frames.length > 1) this.#say(`${words}${rate.toFixed(rate < 10 ? 1 : 0)} frames a second`);
    }
  }

  /** Reads the chosen face. */
  async #read(filters = true): Promise<void> {
    const square = this.#picture.square;
    if (!square) return;
    const { pixels, at } = this.#picture.around(square);
    const face = cropGrey(pixels, at, this.#reader.info.imageSize);
    const probabilities = await this.#reader.classify(face);
    const likeliest = probabilities.indexOf(Math.max(...probabilities));
    const target = this.#target ?? likeliest;
    this.#bars.show(probabilities, this.#target);
    this.#view.show(face, await this.#reader.explain(face, target, this.#method), target);
    if (!filters) return;
    this.#answers.show(face, this.#reader.info.imageSize, await this.#answersTo(face));
  }

  #answersTo(face: Uint8Array) {
    return this.#reader.strongest(face, ANSWERS, this.#answers.known);
  }
}

function middle(width: number, height: number): Square {
  const size = Math.min(width, height);
  return { left: (width - size) / 2, top: (height - size) / 2, size };
}

/** After the browser has shown what was said. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** When the camera has another frame; a hidden page waits. */
function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(() => resolve());
    else requestAnimationFrame(() => resolve());
  });
}
