/** Text as a word of a shell's command line. */

/**
 * A word as a POSIX shell reads it back, in quotes where it needs them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shellWord } from "./shell_word.ts";
 * assert.equal(shellWord("runs/a-1"), "runs/a-1");
 * assert.equal(shellWord("it's $HOME"), `'it'\\''s $HOME'`);
 * ```
 */
export function shellWord(word: string): string {
  return /^[\w.,/:=%+@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
