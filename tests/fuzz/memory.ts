/**
 * Counts the bytes that programs ask of typed arrays and ArrayBuffers. It has to be switched on before the modules to be
 * watched are loaded, since they keep the constructors that they find.
 */

const BUFFERS = [
  "ArrayBuffer",
  "Uint8Array",
  "Int8Array",
  "Uint8ClampedArray",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "BigUint64Array",
  "BigInt64Array",
  "Float32Array",
  "Float64Array",
] as const;

/** So much at once is not handed out: the machine has other things to do. */
const MOST_AT_ONCE = 2 ** 29;

let asked = 0;

/** Puts counters into the place of the constructors. */
export function countBuffers(): void {
  for (const name of BUFFERS) {
    const original: { BYTES_PER_ELEMENT?: number; prototype: object } = globalThis[name];
    const size = original.BYTES_PER_ELEMENT ?? 1;
    const counted = new Proxy(original as unknown as new () => object, {
      construct(target, args, newTarget) {
        const bytes = lengthOf(args[0]) * size;
        asked += bytes;
        if (bytes > MOST_AT_ONCE) throw new RangeError(`${name} of ${bytes} bytes was asked for`);
        return Reflect.construct(target, args, newTarget);
      },
    });
    // What slices and copies an array asks for its constructor here.
    Object.defineProperty(original.prototype, "constructor", { value: counted, configurable: true, writable: true });
    Object.defineProperty(globalThis, name, { value: counted, configurable: true, writable: true });
  }
}

/** How many elements the first argument of a constructor asks for: none where it is a buffer to look at. */
function lengthOf(first: unknown): number {
  if (typeof first === "number") return first;
  if (Array.isArray(first) || ArrayBuffer.isView(first)) return (first as unknown as ArrayLike<unknown>).length ?? 0;
  return 0;
}

/** Bytes asked for since the program began. */
export function bytesAskedFor(): number {
  return asked;
}
