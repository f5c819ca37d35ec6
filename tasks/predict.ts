/** `deno task predict --model RUN|FILE PATH...`: every face in photographs, and which expression a model reads in it. */
import { join } from "node:path";
import { writeWholeFolder } from "../datasets/prepared/whole_folder.ts";
import { openGpu } from "../gpu/device.ts";
import { openModel } from "../training/model.ts";
import { INTERRUPTED, runTask, stopSignal } from "./command.ts";
import { drawn } from "./predict/annotate/page.ts";
import { cropFor, modelNotes, NOTICE, WORDS } from "./predict/notes.ts";
import { parseArguments, type PredictArguments } from "./predict/options.ts";
import { checkEmpty, checkOutput, CopyNames, placeOf } from "./predict/outputs.ts";
import { type PredictedPicture, predictPictures } from "./predict/predict.ts";
import {
  countLine,
  faceLines,
  type Predicted,
  type Predictions,
  predictionsCsv,
  predictionsJson,
} from "./predict/tables.ts";
import { checkFolderPlace, checkPlace } from "./place.ts";
import { withCount } from "./progress.ts";
import { loadModel } from "../run/model.ts";
import { writeWholeFile } from "../run/storage/whole_file.ts";
import { plain } from "../run/words.ts";
import { complain, printWhole, say } from "./terminal.ts";
import { home } from "./invocation.ts";

/** Does what a command line says, and returns the exit code. */
export async function predictTask(argv: readonly string[], signal: AbortSignal = stopSignal()): Promise<number> {
  const options = parseArguments(argv);
  try {
    const predictions = await predict(options, signal);
    await report(predictions, options);
    return predictions.pictures.some(({ error, undrawn }) => error || undrawn) ? 1 : 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    complain("Stopped; nothing was written.");
    return INTERRUPTED;
  }
}

async function predict(options: PredictArguments, signal: AbortSignal): Promise<Predictions> {
  const { paths, annotate, method, detectors, backend, force } = options;
  for (const name of ["json", "csv", "annotate"] as const) {
    const output = options[name];
    if (output === undefined || output === "-") continue;
    await checkOutput(`--${name}`, output, paths, name === "annotate");
    if (name !== "annotate") await checkPlace(`--${name}`, output, force);
  }
  const check = async () => annotate === undefined ? undefined : await checkEmpty("--annotate", annotate);
  await check();
  if (annotate !== undefined) await checkFolderPlace("--annotate", annotate);
  const loaded = await loadModel(options.model, { home: home() });
  const { model } = loaded;
  const crop = options.crop ?? cropFor(model.info);
  const notes = modelNotes(model.info, options.crop);
  using gpu = await openGpu();
  using net = await openModel(gpu, model);

  const work = (use: (picture: PredictedPicture) => Promise<Error | void>) =>
    withCount("picture", async (onProgress) => {
      const pictures: Predicted[] = [];
      const reading = {
        crop,
        detectors,
        backend,
        onProgress,
        signal,
        method: annotate === undefined ? undefined : method,
      };
      for await (const picture of predictPictures(net, model, paths, reading)) {
        signal.throwIfAborted();
        const undrawn = await use(picture) ?? undefined;
        pictures.push({ ...kept(picture, options), undrawn });
      }
      return pictures;
    });
  if (annotate === undefined) return { loaded, crop, notes, pictures: await work(async () => {}) };
  const names = new CopyNames(await Promise.all(paths.map(placeOf)));
  const { classNames, imageSize, dataset, variant, step } = model.info;
  const words = {
    classNames,
    imageSize,
    method,
    model: plain(`aulens: ${variant} trained on ${dataset}, ${step.toLocaleString("en")} updates.`),
    notes: [...notes, NOTICE],
  };
  const pictures = await writeWholeFolder(annotate, (partial) =>
    work(async ({ path, image, faces }) => {
      if (!image) return;
      const copy = await drawn(path, image, faces, words);
      if (copy instanceof Error) return copy;
      await Deno.writeFile(join(partial, names.next(path)), copy);
    }), { signal, check });
  return { loaded, crop, notes, pictures };
}

/** What the tables need: no pixels, and landmarks for JSON alone, or many pictures would fill the memory. */
function kept({ path, error, width, height, faces }: PredictedPicture, { json }: PredictArguments): Predicted {
  return {
    path,
    error,
    width,
    height,
    faces: faces.map(({ crop: _crop, map: _map, landmarks, ...face }) => ({
      ...face,
      landmarks: json === undefined ? undefined : landmarks,
    })),
  };
}

/** Writes what was asked for; says the rest on the standard output, or where that is taken, beside it. */
async function report(predictions: Predictions, { json, csv, annotate, force }: PredictArguments): Promise<void> {
  const { loaded, crop, notes, pictures } = predictions;
  // Once more: another program may have written there meanwhile.
  for (const [option, path] of [["--json", json], ["--csv", csv]] as const) {
    if (path !== undefined && path !== "-") await checkPlace(option, path, force);
  }
  const taken = json === "-" || csv === "-";
  const tell = taken ? complain : say;
  for (const [output, text] of [[json, predictionsJson], [csv, predictionsCsv]] as const) {
    if (output === "-") await printWhole(text(predictions));
    else if (output !== undefined) await writeWholeFile(output, text(predictions));
  }
  const lines = taken ? [] : faceLines(predictions);
  for (const line of lines) tell(line);
  if (lines.length > 0) tell("");
  tell(`faces           ${countLine(pictures)}`);
  tell(`model           ${plain(loaded.path)}: ${loaded.rule}`);
  tell(`crop            ${WORDS[crop]}`);
  if (json !== undefined && json !== "-") tell(`json            ${plain(json)}`);
  if (csv !== undefined && csv !== "-") tell(`csv             ${plain(csv)}`);
  if (annotate !== undefined) tell(`pictures        ${plain(annotate)}`);
  tell("");
  for (const note of [...notes, NOTICE]) tell(plain(note));
  const without = pictures.filter(({ faces, error }) => !error && faces.length === 0);
  for (const { path } of without) complain(`no face         ${plain(path)}`);
  for (const { error } of pictures) if (error) complain(`not read        ${plain(error.message)}`);
  for (const { undrawn } of pictures) if (undrawn) complain(`not drawn       ${plain(undrawn.message)}`);
}

if (import.meta.main) await runTask((args) => predictTask(args));
