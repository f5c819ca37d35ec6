/** A model of two classes and 16 x 16 pixels, with its initial weights. */
import { initialParameters } from "../../network/parameters.ts";
import type { Model } from "../../training/model.ts";

export const tinyModel: Model = {
  info: {
    imageSize: 16,
    classNames: ["calm", "glad"],
    normalization: "local-mean",
    crop: "drawn",
    dataset: "synthetic",
    images: "drawn",
    variant: "cnn",
    step: 7,
  },
  parameters: initialParameters(2, 1, 1),
};
