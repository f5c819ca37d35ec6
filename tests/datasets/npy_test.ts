/** `.npy` files: round trips, NumPy's own bytes, and files that lie. */

import assert from "node:assert/strict";
import { type NpyArray, NpyError, readNpy, writeNpy } from "../../datasets/npy.ts";

const magic = "\x93NUMPY";

/** A file by hand: header text, data, format version. */
function file(header: string, data: number[] | Uint8Array = [], version = 1): Uint8Array<ArrayBuffer> {
  const text = Uint8Array.from(header, (letter) => letter.charCodeAt(0));
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([...Uint8Array.from(magic, (c) => c.charCodeAt(0)), version, 0, ...length, ...text, ...data]);
}

const arrays: NpyArray[] = [
  { shape: [2, 3], data: new Uint8Array([1, 2, 3, 4, 5, 255]) },
  { shape: [2], data: new Uint8Array([0, 1]), type: "bool" },
  { shape: [3], data: new Int8Array([-128, 0, 127]) },
  { shape: [1, 2], data: new Int16Array([-32768, 32767]) },
  { shape: [2, 1], data: new Uint16Array([0, 65535]) },
  { shape: [], data: new Int32Array([-7]) },
  { shape: [0, 4], data: new Uint32Array(0) },
  { shape: [2], data: new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]) },
  { shape: [1], data: new BigUint64Array([2n ** 64n - 1n]) },
  { shape: [3], data: new Float32Array([NaN, -Infinity, 1.5]) },
  { shape: [1, 1, 1, 2], data: new Float64Array([Math.PI, -0]) },
];

Deno.test("npy: every type and rank comes back as written, from any alignment", () => {
  for (const array of arrays) {
    const bytes = writeNpy(array);
    assert.equal((bytes.length - array.data.byteLength) % 64, 0);
    for (const shift of [0, 1]) {
      const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
      shifted.set(bytes);
      const { shape, data, type } = readNpy(shifted);
      assert.deepEqual(shape, array.shape);
      assert.deepEqual(data, array.data);
      if (array.type) assert.equal(type, array.type);
    }
  }
});

Deno.test("npy: the bytes are NumPy's own", () => {
  const expected = `${magic}\x01\x00\x76\x00{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }`;
  const bytes = writeNpy({ shape: [3], data: new Int32Array([1, 2, 258]) });
  const head = String.fromCharCode(...bytes.subarray(0, 128));
  assert.equal(head, expected + " ".repeat(127 - expected.length) + "\n");
  assert.deepEqual([...bytes.subarray(128)], [1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 0, 0]);
});

Deno.test("npy: big-endian, versions 2 and 3, other spacing and Python 2 numbers are read", () => {
  const big = file("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", [1, 2, 255, 254]);
  assert.deepEqual(readNpy(big).data, new Int16Array([258, -2]));
  for (const version of [2, 3]) {
    const other = file(`{"shape":(2L, 1),"descr":"|u1","fortran_order":False}\n`, [7, 9], version);
    assert.deepEqual(readNpy(other), { shape: [2, 1], data: new Uint8Array([7, 9]), type: "uint8" });
  }
});

Deno.test("npy: Fortran order becomes C order", () => {
  // numpy.asfortranarray(numpy.arange(24).reshape(2, 3, 4)): element [i, j, k] stands at i + 2 j + 6 k.
  const stored = new Uint8Array(24);
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 4; k++) stored[i + 2 * j + 6 * k] = 12 * i + 4 * j + k;
    }
  }
  const { data } = readNpy(file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", stored));
  assert.deepEqual(data, Uint8Array.from({ length: 24 }, (_, i) => i));
  const big = file("{'descr': '>u2', 'fortran_order': True, 'shape': (2, 2), }", [0, 1, 0, 2, 0, 3, 0, 4]);
  assert.deepEqual(readNpy(big).data, new Uint16Array([1, 3, 2, 4]));
});

Deno.test("npy: a file that is damaged or lies is refused, and says why", () => {
  const header = (descr: string, shape: string, order = "False") =>
    `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const good = writeNpy({ shape: [4], data: new Int32Array(4) });
  const hostile: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /does not begin/],
    [Uint8Array.of(...good.subarray(0, 10), 0x90, ...good.subarray(11)), /no Python dictionary: "\\u0090/],
    [new TextEncoder().encode("PK\x03\x04 a zip archive"), /does not begin/],
    [good.subarray(0, 8), /cut short inside the header/],
    [good.subarray(0, 60), /cut short inside the header: it claims 118 bytes, 50/],
    [good.subarray(0, good.length - 1), /needs 16 bytes of data, the file has 15: it is cut short/],
    [Uint8Array.from([...good, 0]), /needs 16 bytes of data, the file has 17: it has trailing bytes/],
    [file(header("'<f4'", "(1099511627776,)"), [0, 0, 0, 0]), /needs 4398046511104 bytes/],
    [file(header("'<f4'", "(9007199254740993,)")), /not made of whole numbers/],
    [file(header("'|u1'", `(${"9007199254740991, ".repeat(40)})`)), /cut short/],
    [file(header("'|u1'", `(${"1, ".repeat(65)})`), [1]), /65 dimensions/],
    [file(header("'|u1'", "(-1,)")), /cannot be understood/],
    [file(header("'|u1'", "(1 1,)")), /whole numbers/],
    [file(header("'|u1'", "(,)")), /whole numbers/],
    [file(header("'|O'", "(1,)"), [1]), /Python objects/],
    [file(header("'<f2'", "(1,)"), [0, 0]), /"<f2"/],
    [file(header("'<U4'", "(1,)"), [0, 0]), /"<U4"/],
    [file(header("[('a', '<i4')]", "(1,)"), [0, 0, 0, 0]), /structured dtype/],
    [file(header("'|u1'", "(1,)", "Maybe"), [1]), /cannot be understood/],
    [file("{'descr': '|u1', 'shape': (1,), }", [1]), /no "fortran_order"/],
    [file("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", [1]), /descr twice/],
    [file("{'descr': True, 'fortran_order': False, 'shape': (1,)}", [1]), /no element type/],
    [file("__import__('os')", [1]), /no Python dictionary/],
    [file(header("'|u1'", "(1,)"), [1], 9), /version 9/],
    [Uint8Array.from([...good.subarray(0, 6), 2, 0, 255, 255, 255, 255]), /claims 4294967295 bytes/],
  ];
  for (const [bytes, message] of hostile) assert.throws(() => readNpy(bytes), { name: "NpyError", message });
});

Deno.test("npy: no mutation of one byte does anything but read or refuse", () => {
  const good = writeNpy({ shape: [2, 2], data: new Float64Array([1, 2, 3, 4]) });
  for (let position = 0; position < 128; position++) {
    for (const value of [0, 1, 0x27, 0x28, 0x39, 0xff]) {
      const bytes = good.slice();
      bytes[position] = value;
      try {
        readNpy(bytes);
      } catch (error) {
        assert(error instanceof NpyError, `byte ${position} = ${value}: ${error}`);
      }
    }
  }
});

Deno.test("npy: what cannot be written is refused", () => {
  assert.throws(() => writeNpy({ shape: [3], data: new Uint8Array(2) }), /3 elements, data has 2/);
  assert.throws(() => writeNpy({ shape: [-1], data: new Uint8Array(1) }), /whole numbers from 0/);
  assert.throws(() => writeNpy({ shape: [1], data: new Int8Array(1), type: "bool" }), /type bool cannot be written/);
  assert.throws(() => writeNpy({ shape: [1], data: new DataView(new ArrayBuffer(1)) as never }), /typed array/);
});
