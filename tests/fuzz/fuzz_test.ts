/** The fuzzer over all parsers for a few seconds, and the fuzzer itself over parsers whose faults are known. */

import assert from "node:assert/strict";
import { needs } from "../permissions.ts";
import { PARSERS as FAULTY } from "./faulty.ts";
import type { Counts } from "./child.ts";
import { PARSERS } from "./parsers/mod.ts";
import { fuzz } from "./watch.ts";

const ignore = needs("read", "write", "run");
const moduleAt = (path: string) => new URL(path, import.meta.url).href;

Deno.test({ name: "fuzz: no file makes a parser do anything but read it or refuse it by name", ignore }, async () => {
  const counts = new Map<string, Counts>();
  const faults = await fuzz({
    module: moduleAt("parsers/mod.ts"),
    parsers: PARSERS.map(({ name }) => name),
    seed: 1,
    seconds: 15,
    onDone: (parser, done) => counts.set(parser, done),
  });
  assert.deepEqual(faults, []);
  assert.deepEqual([...counts.keys()], PARSERS.map(({ name }) => name));
  for (const [name, { cases, refused }] of counts) {
    assert(refused >= 1, `${name}: ${cases} cases, none of them refused`);
  }
});

Deno.test(
  { name: "fuzz: finds what hangs, crashes, takes memory, or does not say what is wrong", ignore },
  async () => {
    const names = FAULTY.map(({ name }) => name);
    const found = await fuzz({ module: moduleAt("faulty.ts"), parsers: names, seed: 1, seconds: 1.2, deadline: 4000 });
    const expected: Record<string, RegExp> = {
      foreign: /no error of ours: TypeError/,
      silent: /says nothing/,
      escape: /control characters/,
      wordy: /has 20\d\d characters/,
      engine: /names nothing/,
      hungry: /took \d+ bytes of buffers/,
      copying: /took \d+ bytes of buffers/,
      starving: /RangeError|took 8589934592 bytes/,
      heap: /took \d+ bytes of heap/,
      fatal: /took the process down/,
      endless: /has not ended after 4000 ms/,
      refusing: /a good file is refused/,
    };
    assert.deepEqual([...new Set(found.map(({ parser }) => parser))], Object.keys(expected));
    for (const [name, words] of Object.entries(expected)) {
      assert(
        found.some(({ parser, fault }) => parser === name && words.test(fault)),
        `${name}: ${JSON.stringify(found)}`,
      );
    }
  },
);

Deno.test({ name: "fuzz: a seed draws the same files again, another one others", ignore }, async () => {
  const { Draws, mutate } = await import("./mutate.ts");
  const good = new TextEncoder().encode('{"a": [1, 2], "b": "text"}');
  const files = (seed: number) =>
    Array.from(
      { length: 200 },
      (_, n) => new TextDecoder("latin1").decode(mutate(good, new Draws(seed, "meta", n), ["word"])),
    );
  assert.deepEqual(files(1), files(1));
  assert(files(1).filter((file, n) => file === files(2)[n]).length < 20);
  assert(new Set(files(1)).size > 150, "the cases differ");
});
