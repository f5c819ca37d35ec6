/** Every reader of datasets against files that are missing, cut, oversized, elsewhere, of another kind, or mutated at random. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { ignore, readers, refusal, withTree } from "../support/dataset_readers.ts";
import { Random } from "../support/random.ts";

/** What may befall a file. */
const DAMAGES: Record<string, (path: string) => void> = {
  "is missing": (path) => Deno.removeSync(path),
  "is empty": (path) => Deno.truncateSync(path, 0),
  "is cut in half": (path) => Deno.truncateSync(path, Math.floor(Deno.statSync(path).size / 2)),
  "claims 2^40 bytes": (path) => Deno.truncateSync(path, 2 ** 40),
  "is full of NUL bytes": (path) => Deno.writeFileSync(path, new Uint8Array(3000)),
  "is a folder": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(path);
  },
  "is a link out of the folder": (path) => relink(path, "/etc/passwd"),
  "is a device without an end": (path) => relink(path, "/dev/zero"),
  "is a link to itself": (path) => relink(path, path),
};

function relink(path: string, target: string): void {
  Deno.removeSync(path);
  Deno.symlinkSync(target, path);
}

/** Damages that leave something to read, or that the format provides for. */
function isHarmless(reader: string, file: string, damage: string): boolean {
  if (reader === "CK+") {
    // No label, no sequence; no FACS file, nothing is known; no landmarks, a missed face; a frame fewer, a warning.
    if (damage === "is missing") return true;
    // The half that says 3.
    if (file.startsWith("Emotion")) return damage === "is cut in half";
    // A line that is no code is left out with a warning.
    if (file.startsWith("FACS")) return ["is empty", "is cut in half", "is full of NUL bytes"].includes(damage);
  }
  // A class with another picture in it goes on without this one.
  if (reader === "image folder") return damage === "is missing";
  // Without people it is TFD's, whose folds these are not: refused, but not by this file's name.
  return reader === "authors' CK+" && file === "subjs.npy" && damage === "is missing";
}

Deno.test({ name: "hostile: good files are read, and each damaged one is refused by name", ignore }, async (test) => {
  for (const [name, reader] of Object.entries(await readers())) {
    await test.step(name, async () => {
      assert.equal(await withTree(reader.files, (folder) => refusal(reader, folder, name)), undefined);
      for (const file of reader.needed) {
        for (const [damage, spoil] of Object.entries(DAMAGES)) {
          if (isHarmless(name, file, damage)) continue;
          await withTree(reader.files, async (folder) => {
            spoil(join(folder, file));
            const error = await refusal(reader, folder, `${name}: ${file} ${damage}`);
            assert.ok(error, `${name}: ${file} ${damage}: was read`);
            assert.ok(error.message.includes(join(folder, file)), `${file} ${damage}: ${error.message}`);
          });
        }
      }
    });
  }
});

Deno.test({ name: "hostile: no change of bytes does anything but read or refuse", ignore }, async (test) => {
  const random = new Random(1);
  const below = (count: number) => random.word() % count;
  for (const [name, reader] of Object.entries(await readers())) {
    await test.step(name, async () => {
      for (let round = 0; round < 40; round++) {
        const names = Object.keys(reader.files);
        const file = names[below(names.length)];
        const content = reader.files[file].slice();
        // Headers stand at the beginning, and most of the ways to lie with them.
        const place = () => below(round % 2 === 0 ? Math.min(300, content.length) : content.length);
        for (let changes = 1 + below(4); changes > 0; changes--) {
          content[place()] = [0, 1, 0x7f, 0xff, below(256)][below(5)];
        }
        if (round % 5 === 0) content.copyWithin(place(), place(), place());
        await withTree(
          { ...reader.files, [file]: content },
          (folder) => refusal(reader, folder, `${name}: ${file}, round ${round}`),
        );
      }
    });
  }
});
