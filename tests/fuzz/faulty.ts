/** Parsers with one fault each, of every kind that the fuzzer has to find. */

import { SourceError } from "../../datasets/source_error.ts";
import type { FuzzedParser } from "./parser.ts";

function faulty(name: string, parse: (bytes: Uint8Array) => unknown): FuzzedParser {
  return {
    name,
    good: () => [{ name: "file", bytes: new TextEncoder().encode("good") }],
    parse: ({ bytes }) => new TextDecoder().decode(bytes) === "good" || parse(bytes),
    errors: [SourceError],
    memory: { atMost: 1000, each: 8 },
  };
}

/** What one of them holds on to. */
const kept: unknown[] = [];

/** All of them, and one without a fault. */
export const PARSERS: FuzzedParser[] = [
  faulty("sound", () => {
    throw new SourceError("file", "is not good");
  }),
  faulty("foreign", () => (undefined as unknown as { x: number }).x),
  faulty("silent", () => {
    throw Object.assign(new SourceError("", ""), { message: " " });
  }),
  faulty("escape", () => {
    throw Object.assign(new SourceError("", ""), { message: "a\u009b2J" });
  }),
  faulty("wordy", () => {
    throw new SourceError("file", "x".repeat(2000));
  }),
  faulty("engine", () => {
    throw new SourceError("file", "Cannot read properties of undefined");
  }),
  faulty("hungry", (bytes) => new Float64Array(2000 + 8 * bytes.length)),
  faulty("copying", (bytes) => Array.from({ length: 2000 }, () => bytes.slice())),
  faulty("starving", () => new Uint8Array(2 ** 33)),
  faulty("heap", () => kept.push(...Array.from({ length: 130 }, () => new Array(100_000).fill(kept)))),
  faulty("fatal", () => Deno.exit(0)),
  faulty("endless", () => {
    for (;;);
  }),
  {
    ...faulty("refusing", () => {}),
    good: () => [{ name: "file", bytes: new Uint8Array(3) }],
    parse: () => JSON.parse(""),
  },
];
