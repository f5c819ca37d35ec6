/** Pictures as strangers send them: no decoder sees what is of no wanted format, and what is transparent shows one ground. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";
import { run } from "../support/process.ts";

const ignore = needs("read", "write", "ffi", "env", "run");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { PICTURES, readFaces, readImage } = ignore ? {} as never : await import("../../datasets/faces/mod.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

/** Pixels of one kind, as a file. */
async function flat(pixel: number[], format: "png" | "webp" | "avif" | "gif" | "tiff"): Promise<Uint8Array> {
  const raw = { width: 20, height: 20, channels: pixel.length as 2 | 4 };
  const pixels = Uint8Array.from({ length: 400 * pixel.length }, (_, n) => pixel[n % pixel.length]);
  const options = { webp: { lossless: true }, avif: { lossless: true }, tiff: { compression: "deflate" } as const };
  return new Uint8Array(
    await sharp(pixels, { raw }).toFormat(format, { png: {}, gif: {}, ...options }[format]).toBuffer(),
  );
}

Deno.test({
  name: "picture file: what is transparent is white, whatever color is hidden there, in every format that has opacity",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const cases: [pixel: number[], format: "png" | "webp" | "avif" | "gif" | "tiff", expected: number[]][] = [
        [[0, 0, 0, 0], "png", [255, 255, 255]],
        [[200, 30, 60, 0], "webp", [255, 255, 255]],
        [[200, 30, 60, 0], "avif", [255, 255, 255]],
        [[200, 30, 60, 0], "gif", [255, 255, 255]],
        [[200, 30, 60, 0], "tiff", [255, 255, 255]],
        [[200, 30, 60, 51], "png", [244, 210, 216]],
        [[200, 30, 60, 255], "png", [200, 30, 60]],
        [[40, 0], "png", [255]],
        [[40, 51], "png", [212]],
      ];
      for (const [n, [pixel, format, expected]] of cases.entries()) {
        const path = join(folder, `${n}.${format}`);
        await Deno.writeFile(path, await flat(pixel, format));
        const { pixels, channels } = await readImage(path, PICTURES);
        // Grey pixels may come as three equal numbers.
        const wanted = expected.length === channels ? expected : Array<number>(channels).fill(expected[0]);
        wanted.forEach((value, channel) =>
          assert(Math.abs(pixels[channel] - value) <= 1, `${pixel} as ${format}: ${pixels.slice(0, channels)}`)
        );
      }
    }),
});

Deno.test({
  name: "picture file: SVG is refused by its beginning, before a parser finds what is wrong in it",
  ignore,
  fn: () =>
    inTemporary(async (folder) => {
      const path = join(folder, "a.png");
      for (
        const text of ['<svg width="9" height="9"><', '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">', " \n<SVG "]
      ) {
        await Deno.writeTextFile(path, text);
        await assert.rejects(readImage(path), /a\.png: is svg, expected png or jpeg/, text);
      }
    }),
});

Deno.test({
  name: "picture file: a pipe, an endless line of pixels and a damaged file each cost their own result alone",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    inTemporary(async (folder) => {
      const [pipe, thin, small, wide] = ["0.png", "1.png", "2.png", "3.png"].map((name) => join(folder, name));
      await run("mkfifo", { args: [pipe] });
      using _ends = await Deno.open(pipe, { read: true, write: true }); // or else whoever opens it waits for ever
      const plain = (width: number, height: number) =>
        sharp({ create: { width, height, channels: 3, background: "grey" } }).png();
      await plain(16, 200_000).toFile(thin);
      await plain(1, 1).toFile(small);
      await plain(300_000, 17).toFile(wide);
      const found = await Array.fromAsync(readFaces([pipe, thin, small, wide], { size: 16, crop: "whole-image" }));
      const told = found.map(({ faces, error }) =>
        `${faces.length} ${error?.message.slice(folder.length + 1) ?? "read"}`
      );
      const expected = [
        "0 0.png: is no ordinary file",
        "1 read",
        "0 2.png: is 1 x 1 pixels, expected 2 x 2 or more",
        "1 read",
      ];
      assert.deepEqual(told, expected);
    }),
});
