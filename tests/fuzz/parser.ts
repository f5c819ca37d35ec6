/** What the fuzzer asks of a parser. */

import type { Draws } from "./mutate.ts";

/** A file that a parser is given, by the name it has. */
export interface Input {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A parser under test. */
export interface FuzzedParser {
  name: string;
  /** Good files: each must be read. Called once, with an empty folder that is the parser's own. */
  good(folder: string): Input[] | Promise<Input[]>;
  /** Words of its format. */
  words?: readonly string[];
  /** Makes a file of its own out of the format's parts; undefined: change a good one instead. */
  generate?(draws: Draws, good: readonly Input[]): Input | undefined;
  /** Reads; may check what it has read. */
  parse(input: Input, folder: string): unknown;
  /** Classes of the errors that it may throw. */
  errors: readonly (abstract new (...args: never[]) => Error)[];
  /** Most bytes of buffers that one file may take, of which `each` are for each byte of the file. */
  memory: { atMost: number; each: number };
}
