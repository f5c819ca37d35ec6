/** Writes what a cross-validation has found: numbers, tables, pictures. */
import type { PlannedRun } from "../../training/cross_validation/plan.ts";
import type { CrossValidation } from "../../training/cross_validation/summary.ts";
import { comparisonPng } from "../../pictures/charts/comparison.ts";
import { confusionPng } from "../../pictures/charts/confusion.ts";
import { CROSS_VALIDATION } from "../documents/cross_validation.ts";
import { RunFolder } from "../folder.ts";
import { majorityOf } from "../results.ts";
import { warnOfLetters } from "../letters.ts";
import type { Listener } from "../listener.ts";
import { describeSubjects, percent } from "../words.ts";
import { runFolder } from "./manifest.ts";
import type { Published } from "./published.ts";
import { imagesAndSeeds, latex, markdown, runsCsv, variantsCsv } from "./tables.ts";

/** Writes all files; returns the path of each by what it is. */
export async function writeResults(
  out: string,
  result: CrossValidation,
  runs: readonly PlannedRun[],
  { published, ...listener }: { published?: Published } & Listener = {},
): Promise<Record<string, string>> {
  const folder = new RunFolder(out);
  const logged = await Promise.all(
    runs.map(async (run) => ({
      name: run.name,
      group: run.variant,
      records: await runFolder(out, run).records(),
    })),
  );
  // Before anything is replaced, for a damaged metrics.json is an error.
  const most = await majorityOf(runs.map((run) => runFolder(out, run)));
  await warnOfLetters(listener);
  // crossval.json goes first and comes last: where it stands, the others are its own.
  await folder.remove("crossval.json");
  const pictures: Record<string, string> = {};
  for (const { variant, pooled } of result.variants) {
    pictures[`confusion ${variant}`] = await folder.write(
      `confusion_${variant}.png`,
      await confusionPng(pooled.confusion, result.classNames, {
        title: `${result.dataset}, ${variant}, ${result.splits.length} splits pooled`,
        subtitle: [
          `${percent(pooled.accuracy)} of ${imagesAndSeeds(pooled)}, ${describeSubjects(pooled)}`,
          ...`Chosen by: ${result.rule}`.split(/(?<=;) /),
        ],
      }),
    );
  }
  return {
    table: await folder.write("crossval.md", markdown(result, published)),
    csv: await folder.write("crossval.csv", variantsCsv(result)),
    runs: await folder.write("runs.csv", runsCsv(result)),
    latex: await folder.write("crossval.tex", latex(result, published)),
    curves: await folder.write(
      "curves.png",
      await comparisonPng(logged, {
        title: `${result.dataset}: ${result.variants.length * result.splits.length * result.seeds.length} runs`,
        classes: result.classNames.length,
        most,
      }),
    ),
    ...pictures,
    json: await folder.write("crossval.json", CROSS_VALIDATION.text(result)),
  };
}
