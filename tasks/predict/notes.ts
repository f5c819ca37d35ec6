/** How a model wants faces cut out, and what has to be said beside whatever it predicts. */
import type { FaceCrop } from "../../datasets/faces/mod.ts";
import type { ModelInfo } from "../../training/model.ts";

/** The crop that comes nearest to what a model learnt from. */
export function cropFor({ crop, images }: Pick<ModelInfo, "crop" | "images">): FaceCrop {
  if (crop === "eyes-and-chin" || crop === "drawn" || crop === "whole-image") return crop;
  // What a twin's faces are as distributed is how the built-in ones are drawn.
  return crop === "as-distributed" && images === "twin" ? "drawn" : "eyes-and-chin";
}

/** What a reader of the predictions has to know of the model: sentences, the most important first. */
export function modelNotes(info: Pick<ModelInfo, "crop" | "images" | "dataset">, asked?: FaceCrop): string[] {
  const { crop, images, dataset } = info;
  const notes: string[] = [];
  if (images === "drawn") {
    notes.push(
      "This model learnt from drawn faces: it knows drawn faces, and what it says of a photograph means nothing.",
    );
  } else if (images === "twin") {
    notes.push(
      `This model learnt from a twin of ${dataset}, which is drawn faces under a real set's names: what it says of a photograph means nothing.`,
    );
  } else if (images === "unknown") notes.push("It is not known what images this model learnt from.");
  const used = cropFor(info);
  if (asked !== undefined) return notes;
  if (crop === "as-distributed" && used === "eyes-and-chin") {
    notes.push(
      `The model learnt from faces as the makers of ${dataset} cut them out; here they are cut out by eyes and chin, which may differ.`,
    );
  } else if (crop === "unknown") {
    notes.push("How the model's faces were cut out is not known; here it is done by eyes and chin, which may differ.");
  }
  return notes;
}

/** What always has to be said. */
export const NOTICE = "An expression is not an emotion, and not every use is allowed: NOTICE.md.";

/** How faces are cut out, in words. */
export const WORDS: Record<FaceCrop, string> = {
  "eyes-and-chin": "by eyes and chin",
  drawn: "by eyes and chin, in the drawn faces' frame",
  "whole-image": "the picture's middle square, no face looked for",
};
