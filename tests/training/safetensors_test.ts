/** safetensors files: round trips, stable bytes, and files that lie. */

import assert from "node:assert/strict";
import { readSafetensors, SafetensorsError, type TensorData, writeSafetensors } from "../../network/safetensors.ts";

/** A file by hand: header text (or object) and so many bytes of data. */
function file(header: unknown, bytes = 0, claimed?: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const all = new Uint8Array(8 + text.length + bytes);
  new DataView(all.buffer).setBigUint64(0, BigInt(claimed ?? text.length), true);
  all.set(text, 8);
  return all;
}

const f32 = (shape: number[], begin: number, end: number) => ({ dtype: "F32", shape, data_offsets: [begin, end] });

Deno.test("safetensors: every type comes back as written, with the metadata", () => {
  const arrays: [string, TensorData][] = [
    ["F64", new Float64Array([Math.PI, NaN])],
    ["F32", new Float32Array([1.5, -0])],
    ["I64", new BigInt64Array([-(2n ** 63n), 1n])],
    ["U64", new BigUint64Array([2n ** 64n - 1n, 0n])],
    ["I32", new Int32Array([-1, 2])],
    ["U32", new Uint32Array([2 ** 32 - 1, 3])],
    ["I16", new Int16Array([-5, 6])],
    ["U16", new Uint16Array([65535, 6])],
    ["I8", new Int8Array([-7, 8])],
    ["U8", new Uint8Array([255, 1])],
  ];
  const tensors = Object.fromEntries(arrays.map(([dtype, data]) => [`a.${dtype}`, { shape: [2, 1], data }]));
  const raw = {
    half: { shape: [1], dtype: "F16" as const, data: new Uint16Array([0x3c00]) },
    brain: { shape: [], dtype: "BF16" as const, data: new Uint16Array([0x3f80]) },
    mask: { shape: [3], dtype: "BOOL" as const, data: new Uint8Array([1, 0, 1]) },
    none: { shape: [0, 5], data: new Float32Array(0) },
    ["__proto__"]: { shape: [1], data: new Uint8Array([9]) },
  };
  const metadata = { step: "31000", 'naïve ✓ "quoted"': "\u0000\n\u{1f600}" };
  const read = readSafetensors(writeSafetensors({ ...tensors, ...raw }, metadata));
  assert.deepEqual({ ...read.metadata }, metadata);
  assert.equal(Object.keys(read.tensors).length, arrays.length + 5);
  for (const [dtype, data] of arrays) assert.deepEqual(read.tensors[`a.${dtype}`], { shape: [2, 1], dtype, data });
  assert.deepEqual(read.tensors.half, raw.half);
  assert.deepEqual(read.tensors.brain, raw.brain);
  assert.deepEqual(read.tensors.mask, raw.mask);
  assert.deepEqual(read.tensors.none.shape, [0, 5]);
  assert.deepEqual(Object.getOwnPropertyDescriptor(read.tensors, "__proto__")?.value.data, new Uint8Array([9]));
});

Deno.test("safetensors: equal content gives equal bytes, in the stated order, aligned", () => {
  const b = { shape: [3], data: new Uint8Array([1, 2, 3]) };
  const weight = { shape: [1], data: new Float32Array([1]) };
  const one = writeSafetensors({ b, weight, "10": weight }, { z: "1", a: "2" });
  const two = writeSafetensors({ "10": weight, weight, b }, { a: "2", z: "1" });
  assert.deepEqual(one, two);
  const length = Number(new DataView(one.buffer).getBigUint64(0, true));
  assert.equal(length % 8, 0);
  const header = new TextDecoder().decode(one.subarray(8, 8 + length));
  assert.equal(
    header.trimEnd(),
    '{"__metadata__":{"a":"2","z":"1"},"10":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' +
      '"weight":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}',
  );
  assert.deepEqual([...one.subarray(8 + length)], [0, 0, 128, 63, 0, 0, 128, 63, 1, 2, 3]);
  assert.deepEqual(readSafetensors(writeSafetensors({})), { tensors: {}, metadata: {} });
});

Deno.test("safetensors: a file that is damaged or lies is refused, and says why", () => {
  const hostile: [Uint8Array, RegExp][] = [
    [new Uint8Array(7), /cut short: 7 bytes/],
    [file("{}", 0, 100_000_001), /claims 100000001 bytes, more than/],
    [file("{}", 0, 3), /claims 3 bytes, only 2/],
    [file("", 0), /no JSON/],
    [file("{", 0), /no JSON/],
    [file("[]", 0), /must begin with \{/],
    [file(" {}", 0), /must begin with \{/],
    [file("null", 0), /must begin with \{/],
    [Uint8Array.from([3, 0, 0, 0, 0, 0, 0, 0, 0x22, 0xff, 0x22]), /no JSON in UTF-8/],
    [file({ a: f32([1], 0, 4) }, 3), /ends at byte 4, the file has 3/],
    [file({ a: f32([1], 0, 4) }, 5), /1 trailing bytes/],
    [file("{}", 5), /5 trailing bytes/],
    [file({ a: f32([1], 4, 8) }, 8), /bytes 0 to 4 before it are a hole/],
    [file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /"b": bytes 4 to 8/],
    [file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /"b": byte 4 belongs to another/],
    [file({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4), /byte 0 belongs to another/],
    [file({ a: f32([2], 0, 4) }, 4), /F32 of shape \[2\] takes 8 bytes, data_offsets \[0,4\] hold 4/],
    [file({ a: f32([2 ** 40], 0, 4) }, 4), /takes 4398046511104 bytes/],
    [file({ a: f32([2 ** 52, 2 ** 52, 2 ** 52], 0, 4) }, 4), /takes/],
    [file({ a: f32([-1], 0, 4) }, 4), /shape \[-1\]/],
    [file({ a: f32([0.5], 0, 2) }, 2), /shape \[0.5\]/],
    [file({ a: f32([1], 4, 0) }, 4), /begin <= end/],
    [file({ a: f32([1], -4, 0) }, 4), /data_offsets/],
    [file({ a: { ...f32([1], 0, 4), data_offsets: [0, 4, 8] } }, 4), /data_offsets/],
    [file({ a: { ...f32([1], 0, 4), dtype: "F31" } }, 4), /dtype "F31"/],
    [file({ a: { ...f32([1], 0, 4), dtype: "toString" } }, 4), /dtype "toString"/],
    [file({ a: { ...f32([1], 0, 4), extra: 1 } }, 4), /key "extra" is not known/],
    [file({ a: null }, 0), /dtype undefined/],
    [file({ a: "F32" }, 0), /dtype undefined/],
    [file({ __metadata__: { step: 7 } }), /__metadata__ "step" must be text/],
    [file({ __metadata__: ["step"] }), /must be a table/],
    [
      file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      /names "a" twice/,
    ],
    [file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061" :{}}'), /names "a" twice/],
    [file('{"a":{"dtype":"U8","shape":[0],"shape":[0],"data_offsets":[0,0]}}'), /names "shape" twice/],
    [file('{"__metadata__":{"k\\"":"v","k\\"":"v"}}'), /twice/],
    [file('{"__metadata__":{},"__metadata__":{}}'), /names "__metadata__" twice/],
    [file("7"), /must begin with \{/],
    [file('{"a":\x1b[2J}'), /no JSON in UTF-8: .*\\u001b/],
    [file({ "\u009b2J": null }), /tensor "\\u009b2J": dtype undefined/],
    [file({ a: f32([1], 8, 12) }, 4), /bytes 0 to 8 before it are a hole/],
    [file({ a: f32([2], 0, 8), b: f32([1], 0, 4) }, 8), /"a": byte 0 belongs to another/],
    [file({ a: f32([1], 0.5, 4.5) }, 5), /data_offsets \[0\.5,4\.5\]/],
    [file({ a: f32([1], 2 ** 53, 2 ** 53 + 4) }, 4), /data_offsets \[9007199254740992,9007199254740996\]/],
    [file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e999]}}'), /data_offsets \[0,null\]/],
    [file({ a: f32([2 ** 53], 0, 4) }, 4), /shape \[9007199254740992\]/],
    [file({ a: f32([2 ** 32, 2 ** 32, 2 ** 32, 0], 0, 4) }, 4), /takes 0 bytes, data_offsets \[0,4\] hold 4/],
    [file({ a: { ...f32([1], 0, 4), dtype: ["F32"] } }, 4), /dtype \["F32"\]/],
    [file("[".repeat(1e5) + "]".repeat(1e5)), /must begin with \{/],
    [file('{"a":{"dtype":"F32","shape":[' + '{"a":'.repeat(5e4) + "1" + "}".repeat(5e4) + "]}}"), /shape/],
  ];
  for (const [bytes, message] of hostile) {
    assert.throws(() => readSafetensors(bytes), { name: "SafetensorsError", message });
  }
});

Deno.test("safetensors: equal names in different objects and strings that look like names are no repetition", () => {
  const text =
    '{"__metadata__":{"dtype":"shape","x":"{\\"x\\":1,\\"x\\":2}"},"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  assert.deepEqual([...readSafetensors(file(text, 1)).tensors.x.data], [0]);
});

Deno.test("safetensors: no mutation of one byte does anything but read or refuse", () => {
  const good = writeSafetensors({ w: { shape: [2], data: new Float32Array(2) } }, { k: "v" });
  for (let position = 0; position < good.length - 8; position++) {
    for (const value of [0, 0x22, 0x2c, 0x39, 0x7b, 0x7d, 0xff]) {
      const bytes = good.slice();
      bytes[position] = value;
      try {
        readSafetensors(bytes);
      } catch (error) {
        assert(error instanceof SafetensorsError, `byte ${position} = ${value}: ${error}`);
      }
    }
  }
});

Deno.test("safetensors: what cannot be written is refused", () => {
  const data = new Float32Array(2);
  const refused: [() => unknown, RegExp][] = [
    [() => writeSafetensors({ a: { shape: [3], data } }), /shape \[3\] does not fit 2 elements/],
    [() => writeSafetensors({ a: { shape: [2], data, dtype: "F64" } }), /"F64" cannot be written from Float32Array/],
    [() => writeSafetensors({ __metadata__: { shape: [2], data } }), /reserved/],
    [() => writeSafetensors({ "\ud800": { shape: [2], data } }), /surrogate/],
    [() => writeSafetensors({ a: { shape: [2], data: [1, 2] as never } }), /typed array/],
    [() => writeSafetensors({}, { step: 7 as never }), /must be text, not 7/],
  ];
  for (const [write, message] of refused) assert.throws(write, { name: "SafetensorsError", message });
});
