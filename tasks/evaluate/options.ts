/** The command line of `evaluate`. */
import { type Selection, SELECTIONS } from "../../training/evaluation/select.ts";
import { Command, Option } from "../deps.ts";
import { taskCall } from "../invocation.ts";
import { withOptions } from "../option_list.ts";

/** What was asked for. */
export interface EvaluateArguments {
  run: string;
  select?: Selection;
  on?: string;
  data?: string;
  json: boolean;
}

/** What the numbers depend on. */
export const EVALUATE_OPTIONS: readonly Option[] = [
  new Option(
    "--select <rule>",
    "validation: best on the validation images; last: no choice; original: best on the test images, OPTIMISTIC, " +
      "for runs trained with it (default: what the run was trained for)",
  ).choices([...SELECTIONS]),
  new Option(
    "--on <dir>",
    "test on all labelled images of another prepared folder instead, classes matched by name; those that were " +
      "learned are left out",
  ),
];

/**
 * Reads the command line.
 *
 * @throws {CommanderError} after printing what is wrong, or the help that was asked for.
 */
export function parseArguments(argv: readonly string[]): EvaluateArguments {
  const command = new Command("evaluate")
    .description("Chooses a checkpoint of a run by a stated rule, and tests it.")
    .argument("<run>", "run folder, as train leaves it");
  withOptions(command, EVALUATE_OPTIONS)
    .option("--data <dir>", "prepared folder, where it is not where train found it")
    .option("--json", "print JSON only, for programs", false)
    .exitOverride();
  command.showHelpAfterError(`(${taskCall("evaluate --help")} lists the options)`);
  command.parse([...argv], { from: "user" });
  return { ...command.opts<Omit<EvaluateArguments, "run">>(), run: command.args[0] };
}
