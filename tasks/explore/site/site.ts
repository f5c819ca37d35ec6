/** The files of the page: one list, served on this machine or written as a folder for any host. */
import { basename, resolve } from "node:path";
import { writeModel } from "../../../training/model.ts";
import { escape } from "../../escape.ts";
import base from "../../report/page/style/base.css" with { type: "text" };
import { RunFolder } from "../../../run/folder.ts";
import type { LoadedModel } from "../../../run/model.ts";
import { jsonText } from "../../../formats/json.ts";
import { plain } from "../../../run/words.ts";
import controls from "../page/style/controls.css" with { type: "text" };
import filters from "../page/style/filters.css" with { type: "text" };
import layout from "../page/style/layout.css" with { type: "text" };
import html from "../page/index.html" with { type: "text" };
import notice from "../../../NOTICE.md" with { type: "text" };
import type { About } from "../page/about.ts";
import { bundle } from "./bundle.ts";
import { faceFiles } from "./faces.ts";
import type { Site, SiteFile } from "./file.ts";
import { filterSheets } from "./filters.ts";
import { policy } from "./policy.ts";

const encoder = new TextEncoder();

/** A file that is text. */
function text(type: string, content: string): SiteFile {
  const bytes = encoder.encode(content);
  return { type: `${type}; charset=utf-8`, read: () => bytes };
}

/**
 * Makes the list of files: page, script, model, filters' sheets where the run has them, and what finds faces.
 *
 * @param loaded The model.
 * @param run The run folder that it comes from, if it comes from one.
 * @throws {UsageError} where a file of the run is not what its task writes.
 */
export async function makeSite(loaded: LoadedModel, run: string | undefined): Promise<Site> {
  const sheets = run === undefined ? undefined : await filterSheets(new RunFolder(run), loaded.model.info.step);
  const about: About = {
    // No path of this machine: the page may stand on any host.
    name: plain(basename(resolve(run ?? loaded.path))),
    rule: loaded.rule,
    filters: sheets?.about,
    remedy: run === undefined ? "deno task explore RUN" : "deno task visualize RUN",
  };
  const model = writeModel(loaded.model);
  return new Map<string, SiteFile>([
    ["index.html", text("text/html", html.replace("{{policy}}", escape(policy())))],
    ["explore.css", text("text/css", [base, layout, controls, filters].join("\n"))],
    ["explore.js", text("text/javascript", await bundle(new URL("../page/main.ts", import.meta.url)))],
    ["about.json", text("application/json", jsonText(about))],
    ["notice.txt", text("text/plain", notice)],
    ["model.safetensors", { type: "application/octet-stream", read: () => model }],
    ...await faceFiles(),
    ...sheets?.files ?? [],
  ]);
}
