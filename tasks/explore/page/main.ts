/// <reference lib="dom" />
/** The page: a picture or a camera in, what the network reads in the face and why out. */
import { ATTRIBUTION_METHODS, type AttributionMethod } from "../../../analysis/attribution.ts";
import { GpuUnavailableError } from "../../../gpu/errors.ts";
import { cropFor, modelNotes } from "../../predict/notes.ts";
import type { About } from "./about.ts";
import { Explorer } from "./explorer.ts";
import { Reader } from "./reading/reader.ts";
import { element } from "./view/element.ts";

const address = (name: string) => new URL(name, document.baseURI).href;

async function start(): Promise<void> {
  const needs = element("needs", HTMLParagraphElement);
  if (!navigator.gpu) {
    needs.classList.add("now");
    if (!globalThis.isSecureContext) {
      needs.append(" WebGPU is there only for pages from https:// or from this machine.");
    }
    return;
  }
  let explorer: Explorer | undefined;
  let early: File | undefined;
  takeDrops((file) => explorer ? explorer.show(file) : early = file);
  try {
    const [file, about] = await Promise.all([load("model.safetensors"), load("about.json")]);
    const reader = await Reader.open(new Uint8Array(await file.arrayBuffer()));
    explorer = introduce(reader, await about.json());
    needs.remove();
    if (early) explorer.show(early);
  } catch (error) {
    if (!(error instanceof GpuUnavailableError)) needs.textContent = `This page could not start: ${words(error)}`;
    needs.classList.add("now");
  }
}

async function load(name: string): Promise<Response> {
  const response = await fetch(address(name));
  if (!response.ok) throw new Error(`${name} cannot be loaded (${response.status})`);
  return response;
}

/** Says what the model is, and lets the visitor at it. */
function introduce(reader: Reader, about: About): Explorer {
  const { dataset, variant, step, imageSize } = reader.info;
  element("model", HTMLParagraphElement).textContent = `${about.name}: ${variant} trained on ${dataset}, ` +
    `${step.toLocaleString("en")} updates, ${imageSize} × ${imageSize} pixels; ${about.rule}.`;
  element("notes", HTMLUListElement).replaceChildren(
    ...modelNotes(reader.info).map((note) => {
      const item = document.createElement("li");
      item.textContent = note;
      return item;
    }),
  );
  const explorer = new Explorer(reader, about, cropFor(reader.info), address("faces/"));

  const method = element("method", HTMLSelectElement);
  for (const name of ATTRIBUTION_METHODS) method.append(new Option(name.replaceAll("-", " "), name));
  method.value = "grad-cam";
  method.addEventListener("change", () => explorer.setMethod(method.value as AttributionMethod));

  const find = element("find", HTMLInputElement);
  find.addEventListener("change", () => explorer.setFinding(find.checked));

  const file = element("file", HTMLInputElement);
  file.addEventListener("change", () => {
    if (file.files?.[0]) explorer.show(file.files[0]);
    file.value = ""; // so that the same one can be chosen again
  });
  element("camera", HTMLButtonElement).addEventListener("click", () => explorer.toggleCamera());

  document.addEventListener("paste", ({ clipboardData }) => {
    const pasted = clipboardData?.files[0];
    if (pasted) explorer.show(pasted);
  });
  element("explorer", HTMLDivElement).hidden = false;
  return explorer;
}

/** A picture that is dropped anywhere goes to `show`; without this the browser would leave the page for it. */
function takeDrops(show: (file: File) => void): void {
  const stage = element("stage", HTMLDivElement);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.classList.add("over");
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) stage.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    stage.classList.remove("over");
    const dropped = event.dataTransfer?.files[0];
    if (dropped) show(dropped);
  });
}

const words = (error: unknown) => error instanceof Error ? error.message : String(error);

await start();
