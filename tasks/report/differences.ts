/** What sets results apart that stand beside each other: checkpoints, images and options, each in a word or two. */
import type { Option } from "../deps.ts";
import { type OptionValues, optionWords } from "../option_list.ts";
import { count } from "./sections/parts.ts";

/** What a result was made of. */
export interface Made {
  checkpoint: number;
  /** Images that it was made on; left out where these are to differ. */
  images?: number;
  options?: OptionValues;
}

/**
 * How one result was made otherwise than another: `checkpoint 50`, `on 160 images`, `--bins 5`.
 *
 * @param options Those that are compared.
 */
export function differences(one: Made, other: Made, options: readonly Option[]): string[] {
  const differ = options.filter((option) => {
    const name = option.attributeName();
    return JSON.stringify(one.options?.[name]) !== JSON.stringify(other.options?.[name]);
  });
  return [
    ...(one.checkpoint === other.checkpoint ? [] : [`checkpoint ${count(one.checkpoint)}`]),
    ...(one.images === other.images ? [] : [`on ${count(one.images!)} images`]),
    ...differ.map((option) => optionWords([option], one.options ?? {})[0] ?? `${option.long} not said`),
  ];
}
