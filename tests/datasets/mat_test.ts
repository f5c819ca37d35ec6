/** MATLAB version 5 files: every storage, byte order and packing gives the same numbers; files that lie are refused. */

import assert from "node:assert/strict";
import { bytesSource, fileSource, type MatElements, MatError, readMat } from "../../datasets/mat/mod.ts";
import { matVariable as matPieces } from "../../datasets/mat/write.ts";
import {
  joinBytes,
  matCompressed,
  matElement,
  type MatFixture,
  matHeader,
  matVariable,
  writeMat,
} from "../support/mat_writer.ts";
import { needs } from "../permissions.ts";

/** Reads everything in a file. */
async function readAll(bytes: Uint8Array) {
  const all = [];
  for await (const variable of readMat(bytesSource("test.mat", bytes))) {
    const pieces: MatElements[] = await Array.fromAsync(variable.elements());
    const values = pieces.flatMap((piece) => Array.from(piece as Iterable<number | bigint>, Number));
    all.push({ name: variable.name, className: variable.className, dimensions: variable.dimensions, values, pieces });
  }
  return all;
}

const packings = [false, true].flatMap((bigEndian) => [false, true].map((compressed) => ({ bigEndian, compressed })));

Deno.test("mat: every class and storage in both byte orders, compressed or not", async () => {
  const types = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "single", "double", "int64", "uint64"] as const;
  const variables: MatFixture[] = types.map((type) => {
    return { name: `of_${type}`, class: type, dimensions: [2, 3], values: [1, 2, 3, 4, 5, 100] };
  });
  for (const storage of types) {
    variables.push({ name: `double_as_${storage}`, storage, dimensions: [3, 1, 1], values: [7, 8, 9] });
  }
  variables.push(
    { name: "small", class: "uint8", dimensions: [1, 1], values: [255] },
    { name: "negative", storage: "int16", dimensions: [1, 2], values: [-1, -32768] },
    { name: "fraction", dimensions: [1, 2], values: [0.1, -1e300] },
    { name: "empty", dimensions: [0, 3], values: [] },
    { name: "x", complex: true, dimensions: [1, 3], values: [1, 2, 3] },
    { name: "a_name_longer_than_any_small_element_can_hold", dimensions: [1, 1], values: [4] },
  );
  for (const packing of packings) {
    const read = await readAll(await writeMat(variables, packing));
    assert.deepEqual(
      read.map(({ pieces: _, ...variable }) => variable),
      variables.map(({ name, class: className = "double", dimensions, values }) => {
        return { name, className, dimensions, values };
      }),
    );
  }
});

Deno.test("mat: a variable of several pieces comes whole and in order", async () => {
  const values = Int16Array.from({ length: 1_500_001 }, (_, i) => i * 7919 % 65536 - 32768);
  for (const packing of packings) {
    const file = await writeMat([{ name: "long", class: "int16", dimensions: [values.length, 1], values }], packing);
    const [{ pieces }] = await readAll(file);
    assert(pieces.length > 1);
    const joined = new Int16Array(values.length);
    let position = 0;
    for (const piece of pieces) {
      assert(piece.byteLength < 2 ** 24, `a piece of ${piece.byteLength} bytes`);
      joined.set(piece as Int16Array, position);
      position += piece.length;
    }
    assert.deepEqual(joined, values);
  }
});

Deno.test("mat: numbers torn between two pieces are mended", async () => {
  const values = [1.5, -2, 1e300, 4, 5];
  for (const packing of packings) {
    const source = bytesSource("torn.mat", await writeMat([{ name: "x", dimensions: [5, 1], values }], packing));
    const torn = { ...source, read: (begin: number, end: number) => source.read(begin, end, 7) };
    const [x] = await Array.fromAsync(readMat(torn));
    const pieces = await Array.fromAsync(x.elements());
    assert.deepEqual(pieces.flatMap((piece) => [...piece as Float64Array]), values);
  }
});

Deno.test({
  name: "mat: a file comes in order from any place, may be left in the middle, and is missed where it is cut meanwhile",
  ignore: needs("read", "write"),
  async fn() {
    const path = await Deno.makeTempFile();
    try {
      const content = Uint8Array.from({ length: 5000 }, (_, i) => i * 7);
      await Deno.writeFile(path, content);
      const source = await fileSource(path);
      for (const reuse of [false, true]) {
        for (const [begin, end, piece] of [[0, 5000, 1000], [3, 4998, 999], [10, 11, 8], [7, 7, 8]]) {
          const read: number[] = [];
          for await (const bytes of source.read(begin, end, piece, reuse)) read.push(...bytes);
          assert.deepEqual(Uint8Array.from(read), content.slice(begin, end));
        }
        for await (const bytes of source.read(0, 5000, 10, reuse)) {
          assert.deepEqual(bytes, content.slice(0, 10));
          break;
        }
      }
      await Deno.truncate(path, 1500);
      await assert.rejects(async () => {
        for await (const _ of source.read(0, 5000, 1000)) await new Promise((resolve) => setTimeout(resolve, 5));
      }, { name: "MatError", message: /cut short: 3500 bytes are missing \(at byte 1500\)/ });
    } finally {
      await Deno.remove(path);
    }
  },
});

Deno.test("mat: variables can be skipped, read twice, or left in the middle", async () => {
  const values = Array.from({ length: 300_000 }, (_, i) => i % 1000);
  for (const packing of packings) {
    const file = await writeMat(["a", "b"].map((name) => ({ name, dimensions: [values.length, 1], values })), packing);
    const [a, b] = await Array.fromAsync(readMat(bytesSource("two.mat", file)));
    assert.deepEqual([a.name, b.name], ["a", "b"]);
    for await (const piece of b.elements()) {
      assert.equal(piece[999], 999);
      break;
    }
    for (const variable of [b, a, b]) {
      let length = 0;
      for await (const piece of variable.elements()) length += piece.length;
      assert.equal(length, values.length);
    }
  }
});

Deno.test("mat: what holds no plain numbers is named, and only refused when read", async () => {
  const file = await writeMat([
    { name: "text", class: "char", storage: "uint16", dimensions: [1, 2], values: [65, 66] },
    { name: "n", dimensions: [1, 1], values: [5] },
  ]);
  const [text, n] = await Array.fromAsync(readMat(bytesSource("t.mat", file)));
  assert.equal(text.className, "char");
  await assert.rejects(text.elements().next(), /t\.mat: variable "text" is of class char, expected numbers/);
  assert.deepEqual((await n.elements().next()).value, new Float64Array([5]));
});

const small: MatFixture = { name: "x", class: "int32", dimensions: [2, 2], values: [1, 2, 3, 4] };

/** A file with one small variable in which the bytes at `position` are replaced. */
function changed(position: number, ...bytes: number[]): Uint8Array<ArrayBuffer> {
  const file = joinBytes([matHeader(), matVariable(small)]);
  file.set(bytes, position);
  return file;
}

Deno.test("mat: a file that is damaged or lies is refused with its name and the byte or field", async () => {
  const good = await writeMat([small]);
  const packed = await writeMat([small], { compressed: true });
  const hdf5 = matHeader();
  hdf5.set(new TextEncoder().encode("MATLAB 7.3 MAT-file"));
  const version2 = matHeader();
  version2[125] = 2;
  const cut = async (bytes: number) => {
    const inner = matVariable(small);
    return joinBytes([matHeader(), await matCompressed(inner.slice(0, inner.length - bytes))]);
  };
  const longer = await matCompressed(joinBytes([matVariable(small), new Uint8Array(64)]));
  const bomb = matVariable(small);
  new DataView(bomb.buffer).setUint32(4, 0xffff0000, true);
  const hostile: [string, Uint8Array, RegExp][] = [
    ["nothing", new Uint8Array(0), /0 bytes, a MATLAB file has a header of 128/],
    ["half a header", good.slice(0, 100), /100 bytes/],
    ["text", new TextEncoder().encode("a,b\n".repeat(50)), /no MATLAB file: its byte order mark .* \(at byte 126\)/],
    ["a control character for a mark", good.map((byte, i) => i === 126 ? 0x90 : byte), /mark is "\\u0090.", not/],
    ["version 4", Uint8Array.from({ length: 200 }, (_, i) => i === 4 ? 3 : 0), /version 4 file, convert it: .*-v7/],
    ["7.3 by text", hdf5, /version 7\.3 file \(HDF5\).*save\('test_v7\.mat', '-struct', 'data', '-v7'\)/],
    ["7.3 by number", version2, /version 7\.3/],
    ["HDF5 itself", Uint8Array.from([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10]), /version 7\.3/],
    ["another version", changed(125, 7), /version 1792 is not known/],
    ["cut inside a tag", joinBytes([good, new Uint8Array(3)]), /cut short inside a tag \(at byte 200\)/],
    ["cut inside the numbers", good.slice(0, good.length - 1), /claims 64 bytes, 63 are left \(at byte 128\)/],
    ["an element of 4 GB", changed(132, 0xff, 0xff, 0xff, 0xff), /claims 4294967295 bytes, 64 are left/],
    ["another element", changed(128, 9), /element of type 9/],
    ["a small element", changed(130, 4), /element of type 14/],
    ["an empty variable", changed(132, 0, 0), /ends before its flags/],
    ["flags of another type", changed(136, 5), /flags of element type 5/],
    ["flags of another length", changed(140, 16), /flags of 16 bytes/],
    ["another class", changed(144, 99), /class number 99 is not known/],
    ["one dimension", changed(156, 4), /dimensions of 4 bytes/],
    ["dimensions past the end", changed(156, 0, 0, 1), /dimensions claims 65536 bytes/],
    ["a negative dimension", changed(163, 0x80), /variable "x": dimensions -2147483646,2 must not/],
    ["2^31 rows", changed(160, 0xff, 0xff, 0xff, 0x7f), /2147483647 x 2 need 17179869176 bytes, its numbers have 16/],
    ["fewer rows", changed(160, 1), /1 x 2 need 8 bytes, its numbers have 16/],
    ["a name of another type", changed(168, 3), /name of element type 3/],
    ["numbers of another type", changed(176, 8), /variable "x": numbers of element type 8/],
    ["numbers too long", changed(180, 32), /need 16 bytes, its numbers have 32/],
    ["numbers that fit no variable", changed(132, 56), /do not fit in a variable of 56/],
    ["compressed: cut", packed.slice(0, packed.length - 4), /claims .* are left/],
    ["compressed: no zlib", joinBytes([matHeader(), new Uint8Array([15, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4])]), /damaged/],
    [
      "compressed: nothing in it",
      joinBytes([matHeader(), new Uint8Array([15, 0, 0, 0, 0, 0, 0, 0])]),
      /ends inside its tag/,
    ],
    ["compressed: ends early", await cut(4), /holds 68 bytes, it claims 72 \(at byte 128\)/],
    ["compressed: ends in the header", await cut(60), /ends before its|more than there are/],
    ["compressed: longer than it claims", joinBytes([matHeader(), longer]), /more than the 72 bytes it claims/],
    [
      "compressed: claims 4 GB",
      joinBytes([matHeader(), await matCompressed(bomb)]),
      /cannot come out of \d+ compressed/,
    ],
    [
      "compressed: another element",
      joinBytes([matHeader(), await matCompressed(matElement(9, new Uint8Array(80)))]),
      /type 9/,
    ],
  ];
  for (const [what, bytes, message] of hostile) {
    const error = await readAll(bytes).then(() => undefined, (error) => error);
    assert(error instanceof MatError, `${what}: ${error?.stack ?? "was read"}`);
    assert.match(error.message, message, what);
    assert.match(error.message, /^test\.mat: /, what);
  }
});

Deno.test("mat: a wrong checksum at the end of a compressed variable is found", async () => {
  const packed = await writeMat([small], { compressed: true });
  packed[packed.length - 1] ^= 1;
  await assert.rejects(readAll(packed), { name: "MatError", message: /compressed variable is damaged/ });
});

Deno.test("mat: no mutation of one byte does anything but read or refuse", async () => {
  for (const packing of packings) {
    const good = await writeMat([small], packing);
    for (let position = 124; position < good.length; position++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const bytes = good.slice();
        bytes[position] = value;
        await readAll(bytes).catch((error) => {
          assert(error instanceof MatError, `${JSON.stringify(packing)} byte ${position} = ${value}: ${error?.stack}`);
        });
      }
    }
  }
});

Deno.test("mat: numbers written in pieces give the same bytes, and as many as the dimensions say or an error", () => {
  for (
    const [dimensions, storage] of [[[3, 7], "int16"], [[21, 1], "uint8"], [[1, 3], "uint8"], [
      [2, 2],
      "double",
    ]] as const
  ) {
    const count = dimensions[0] * dimensions[1];
    const all = Array.from({ length: count }, (_, n) => n * 5 % 97);
    const variable = { name: "a", dimensions: [...dimensions], class: "double", storage } as const;
    const inPieces = (values: number[]) => () => [values.slice(0, 2), [], values.slice(2, 3), values.slice(3)];
    const whole = joinBytes([...matPieces({ ...variable, values: all })]);
    assert.deepEqual(joinBytes([...matPieces({ ...variable, values: inPieces(all) })]), whole);
    for (const wrong of [all.slice(1), [...all, 1]]) {
      assert.throws(
        () => [...matPieces({ ...variable, values: inPieces(wrong) })],
        /a has \d+ numbers.*expected the \d+/,
      );
    }
  }
});
