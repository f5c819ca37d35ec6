/** Picture files whose data is damaged inside, and what only looks odd: which are read, by format. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { needs } from "../permissions.ts";
import { inTemporary } from "../support/files.ts";

const ignore = needs("read", "write", "env", "ffi");
// Decoding needs a native library, so it is imported only where the permissions are granted.
const { cutSquare, middleSquare, readImage } = ignore ? {} as never : await import("../../datasets/faces/mod.ts");
const { sharp } = ignore ? {} as never : await import("../../datasets/deps.ts");

const WIDTH = 160, HEIGHT = 120;

/** A picture as photographs are: soft shapes, some detail, a little noise. */
function photograph() {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let at = 0; at < pixels.length; at++) {
    const [x, y, channel] = [Math.floor(at / 3) % WIDTH, Math.floor(at / 3 / WIDTH), at % 3];
    const soft = Math.sin(x / 31) * Math.cos(y / 23 + channel);
    const detail = Math.sin(x / 3 + y / 5) * Math.sin(y / 17);
    pixels[at] = 128 + 70 * soft + 30 * detail + ((at * 2654435761) >>> 31);
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

type Encode = (picture: ReturnType<typeof photograph>) => { toBuffer(): Promise<Uint8Array> };

/** Formats that notice damage in their data, and those that cannot; lossless WebP and TIFF with deflate do so at times. */
const CHECKED: Record<string, Encode> = {
  "JPEG": (picture) => picture.jpeg({ optimiseCoding: false }),
  "JPEG with tables of its own": (picture) => picture.jpeg(),
  "progressive JPEG": (picture) => picture.jpeg({ progressive: true }),
  "PNG": (picture) => picture.png(),
  "TIFF, LZW": (picture) => picture.tiff({ compression: "lzw" }),
  "TIFF, JPEG": (picture) => picture.tiff({ compression: "jpeg" }),
  "GIF": (picture) => picture.gif(),
  "AVIF": (picture) => picture.avif({ effort: 0 }),
};
const UNCHECKED: Record<string, Encode> = {
  "WebP": (picture) => picture.webp(),
  "TIFF without compression": (picture) => picture.tiff({ compression: "none" }),
};

/** What a bad disk or a copy that was broken off leaves: zeros in the middle, or from the middle to a right end. */
const DAMAGES: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  "512 zeros": (bytes) => bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + Math.min(512, bytes.length >> 3)),
  "half of it zeros": (bytes) => bytes.fill(0, bytes.length >> 1, bytes.length - 2),
};

/** What reading a picture with these bytes says: the message, or that it was read. */
async function attempt(bytes: Uint8Array): Promise<string> {
  let said = "";
  await inTemporary(async (folder) => {
    const path = join(folder, "picture");
    await Deno.writeFile(path, bytes);
    said = await readImage(path, { formats: ["jpeg", "png", "webp", "tiff", "gif", "heif"] }).then(
      () => "read",
      (error) => {
        assert.equal(error.name, "SourceError", error.stack);
        assert.ok(error.message.startsWith(path), error.message);
        return error.message;
      },
    );
  });
  return said;
}

Deno.test({ name: "readImage: damaged data is refused in every format that can notice it", ignore }, async () => {
  for (const [format, encode] of Object.entries(CHECKED)) {
    const whole = new Uint8Array(await encode(photograph()).toBuffer());
    assert.equal(await attempt(whole), "read", format);
    for (const [damage, spoil] of Object.entries(DAMAGES)) {
      assert.match(await attempt(spoil(whole.slice())), /cannot be decoded \(.+\)\. Remedy: /, `${format}, ${damage}`);
    }
  }
  // Nothing in these tells a wrong pixel from a right one, as the page says.
  for (const [format, encode] of Object.entries(UNCHECKED)) {
    const whole = new Uint8Array(await encode(photograph()).toBuffer());
    assert.equal(await attempt(DAMAGES["512 zeros"](whole.slice())), "read", format);
    assert.match(await attempt(whole.slice(0, whole.length >> 1)), /cannot be decoded/, `${format}, cut in half`);
  }
});

Deno.test({ name: "readImage: what cameras and scanners add beside the data does no harm", ignore }, async () => {
  const jpeg = new Uint8Array(await photograph().jpeg().withExif({ IFD0: { Make: "camera" } }).toBuffer());
  const png = new Uint8Array(await photograph().png().toBuffer());
  const join = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
  for (
    const [what, bytes] of Object.entries({
      "EXIF": jpeg,
      "a film behind the photograph": join(jpeg, new Uint8Array(3000).fill(7)),
      "bytes behind a PNG": join(png, new Uint8Array(30)),
      "private tags": privateTags(),
    })
  ) assert.equal(await attempt(bytes), "read", what);
});

/** A grey TIFF of 16 x 16 pixels with tags that nobody knows. */
function privateTags(): Uint8Array {
  const tags = [
    [256, 16],
    [257, 16],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 16],
    [279, 256],
    [34000, 7],
    [65000, 3],
  ];
  const bytes = new Uint8Array(8 + 256 + 2 + 12 * tags.length + 4).fill(90, 8, 264);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, 264, true);
  view.setUint16(264, tags.length, true);
  for (const [index, [tag, value]] of tags.entries()) {
    const at = 266 + 12 * index;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, value, true);
  }
  return bytes;
}

Deno.test({ name: "readImage: a picture too small to be cut out is refused by name", ignore }, async () => {
  for (const [width, height] of [[1, 1], [1, 90], [90, 1]]) {
    const picture = sharp({ create: { width, height, channels: 3, background: "grey" } });
    const said = await attempt(new Uint8Array(await picture.png().toBuffer()));
    assert.match(said, new RegExp(`picture: is ${width} x ${height} pixels, expected 2 x 2 or more$`));
  }
  const least = { pixels: new Uint8Array(4), width: 2, height: 2, channels: 1 as const };
  assert.equal((await cutSquare(least, middleSquare(least), 8)).length, 64);
});
