/** Says where words in pictures do not come out as letters. */
import { NO_FONT } from "../pictures/charts/font.ts";
import { lettersAreDrawn } from "../pictures/letters.ts";
import { complain } from "./terminal.ts";

let said: Promise<void> | undefined;

/** Says on stderr, once in a process, that letters are not drawn here, and what helps. Whoever draws words calls it. */
export function sayWhereNoLetters(): Promise<void> {
  return said ??= lettersAreDrawn().then((are) => {
    if (!are) complain(NO_FONT);
  });
}
