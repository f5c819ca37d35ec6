/** Options of a task in one list: its command line takes them, its document holds them, the report's commands name them. */
import type { Command, Option } from "./deps.ts";
import { shellWord } from "../formats/shell_word.ts";

/** Values of options, by their names in code: `minimumSupport` for `--minimum-support`. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** Adds all options of a list to a command. */
export function withOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/**
 * The values in force: what was given, or else the default. Nothing else that is given comes along, and what has no
 * value is left out.
 */
export function inForce(options: readonly Option[], given: OptionValues = {}): OptionValues {
  return Object.fromEntries(options.flatMap((option) => {
    const name = option.attributeName();
    const value = given[name] ?? option.defaultValue;
    return value === undefined ? [] : [[name, value]];
  }));
}

/** Values as they are typed, a word an option, in the order of the list: `--top 3`, `--distinct-subjects`. */
export function optionWords(options: readonly Option[], values: OptionValues): string[] {
  return options.flatMap((option) => {
    const value = values[option.attributeName()];
    if (value === undefined || value === null || value === false) return [];
    return value === true ? [option.long!] : [`${option.long} ${shellWord(valueText(value))}`];
  });
}

/** 0.00001 rather than 1e-5, and lists with commas. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(",");
  if (typeof value !== "number" || !/e/.test(String(value))) return String(value);
  return value.toFixed(20).replace(/0+$/, "");
}
