/** `deno task inspect DIR`: what a prepared folder holds, and whether its parts keep people apart. Writes nothing that was not asked for. */
import { contactSheet } from "../datasets/contact_sheet.ts";
import { readPrepared, readPreparedMeta } from "../datasets/prepared.ts";
import { PARTS } from "../datasets/split.ts";
import { subjectDoubts } from "../datasets/subject_doubts.ts";
import { type SubjectOverlap, subjectOverlaps } from "../datasets/subject_overlap.ts";
import { pngFile, runTask } from "./command.ts";
import { Command } from "./deps.ts";
import { taskCall } from "./invocation.ts";
import { sayWhereNoLetters } from "./letters.ts";
import { summarize, summaryLines } from "./summary.ts";
import { writeWholeFile } from "../run/storage/whole_file.ts";
import { complain, printWhole, say } from "./terminal.ts";
import { jsonText } from "../formats/json.ts";

/** More than these are counted, not listed. */
const MOST_LISTED = 20;

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("inspect")
    .description(
      "Checks a prepared folder, and says what is in it and what its preparation warned of; " +
        "fails when a known subject stands in two folds.",
    )
    .argument("<dir>", "prepared folder")
    .option("--json", "print JSON, for programs", false)
    .option("--contact-sheet <file>", "write a page of sample images, a PNG file", pngFile)
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("inspect --help")} lists the options)`);
  command.parse([...args], { from: "user" });
  const { json, contactSheet: picture } = command.opts<{ json: boolean; contactSheet?: string }>();
  const folder = command.args[0];

  const dataset = await readPrepared(folder);
  const { details } = await readPreparedMeta(folder);
  const warnings = [...new Set([...remembered(details), ...subjectDoubts(dataset)])];
  const summary = summarize(dataset);
  const overlaps = subjectOverlaps(dataset);
  if (json) {
    const { fingerprint } = dataset;
    const found = { ...summary, fingerprint, details, subjectOverlaps: overlaps, warnings };
    await printWhole(jsonText(found));
  } else {
    for (const line of summaryLines(summary)) say(line);
    say(`fingerprint     ${dataset.fingerprint}`);
    say(`prepared with   ${JSON.stringify({ ...details, warnings: undefined })}`);
  }
  if (picture !== undefined) {
    await sayWhereNoLetters();
    await writeWholeFile(picture, await contactSheet(dataset));
    if (!json) say(`contact sheet   ${picture}`);
  }
  if (!json) {
    for (const warning of warnings.slice(0, MOST_LISTED)) complain(`warning: ${warning}`);
    if (warnings.length > MOST_LISTED) complain(`warning: and ${warnings.length - MOST_LISTED} more`);
  }
  for (const overlap of overlaps.slice(0, MOST_LISTED)) complain(`error: ${describe(overlap)}`);
  if (overlaps.length > MOST_LISTED) complain(`error: and ${overlaps.length - MOST_LISTED} more`);
  return overlaps.length > 0 ? 1 : 0;
}

/** What the preparation warned of; what it read may be gone by now. */
function remembered({ warnings }: Record<string, unknown>): string[] {
  return Array.isArray(warnings) ? warnings.filter((warning) => typeof warning === "string") : [];
}

function describe({ subject, split, folds }: SubjectOverlap): string {
  if (split === undefined) return `subject ${subject} stands in folds ${folds.join(" and ")}`;
  return `subject ${subject} stands in ${folds.map((part) => PARTS[part]).join(" and ")} of split ${split}`;
}

if (import.meta.main) await runTask(main);
