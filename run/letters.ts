/** Warns where words in pictures do not come out as letters. */
import { NO_FONT } from "../pictures/charts/font.ts";
import { lettersAreDrawn } from "../pictures/letters.ts";
import type { Listener } from "./listener.ts";

/** Warns that letters are not drawn here, with what helps. Whoever draws words for a run folder calls it. */
export async function warnOfLetters({ onWarning }: Listener): Promise<void> {
  if (onWarning && !await lettersAreDrawn()) onWarning(NO_FONT);
}
