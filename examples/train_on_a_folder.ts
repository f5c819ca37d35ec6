/**
 * Trains the network on a folder of pictures, a sub-folder a class; tests it on pictures that it has not seen; and writes it as a file for
 * aulens and as one for any ONNX runtime.
 *
 *   deno run --allow-read --allow-write --allow-ffi --ignore-env examples/train_on_a_folder.ts FOLDER [STEPS]
 */
import {
  confusionMatrix,
  evaluateRows,
  type Model,
  openGpu,
  train,
  writeModel,
  writeOnnx,
  ZeroBiasCnn,
} from "../mod.ts";
import { contactSheet, prepareImageFolder, splitIndices } from "../datasets/mod.ts";

const [folder, steps = "300"] = Deno.args;
if (folder === undefined) throw new Error("Which folder? Its sub-folders are the classes.");

// Where pictures hold more than a face, crop: "detector" finds and cuts it out. subject: "([^/_]+)_[^/]*$" takes what stands before the "_" of
// a file's name for a person, and then nobody is among both the training and the test pictures.
const { dataset, warnings } = await prepareImageFolder({ input: folder, imageSize: 48, crop: "none", folds: 5 });
for (const warning of warnings) console.warn(warning);
await Deno.writeFile("pictures.png", await contactSheet(dataset));
const { classNames, labels, imageSize } = dataset;
console.log(`${labels.length} pictures of ${classNames.join(", ")}; some of them are in pictures.png`);

using gpu = await openGpu();
using net = await ZeroBiasCnn.create(gpu, { imageSize, classes: classNames.length, seed: 1, initialScale: 1.4 });
const normalization = "local-mean", variant = "cnn"; // cnn_ad: with augmentation and dropout, better after many more steps
const options = { steps: Number(steps), batch: 32, logEvery: 5, normalization, variant } as const;
for await (const { step, loss, trainAccuracy } of train(net, dataset, options)) {
  console.log(`step ${step}: loss ${loss.toFixed(3)}, training accuracy ${(100 * trainAccuracy).toFixed(0)}%`);
}

// Of five folds one tests, one is kept to choose between checkpoints or settings, and three have trained.
const { test } = splitIndices(dataset, 0);
const { predictions, accuracy } = await evaluateRows(net, dataset, test, normalization);
console.log(`\n${(100 * accuracy).toFixed(1)}% of ${test.length} other pictures are read right:`);
const counts = confusionMatrix(test.map((row) => labels[row]), predictions, classNames.length);
const named = <T>(values: T[]) => Object.fromEntries(values.map((value, n) => [classNames[n], value]));
console.table(named(counts.map(named))); // a row is what it is, a column what it is taken for

const model: Model = {
  info: {
    imageSize,
    classNames,
    normalization,
    crop: "whole-image",
    dataset: dataset.name,
    images: "own",
    variant,
    step: net.step,
  },
  parameters: await net.parameters(),
};
await Deno.writeFile("model.safetensors", writeModel(model));
await Deno.writeFile("model.onnx", writeOnnx(model));
console.log("The model is in model.safetensors and model.onnx.");
