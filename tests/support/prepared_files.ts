/** The files of a prepared folder of four tiny images, for tests that damage them. */
import { fingerprint } from "../../datasets/fingerprint.ts";
import { writeNpy } from "../../datasets/npy.ts";
import { describeDataset } from "../../datasets/prepared/meta.ts";

/** By name. */
export async function preparedFiles(): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const dataset = {
    name: "tiny",
    imageSize: 8,
    classNames: ["sad", "glad"],
    images: new Uint8Array(256),
    labels: Int32Array.of(0, 1, 0, 1),
    subjects: Int32Array.of(0, 1, 2, 3),
    folds: Int32Array.of(0, 1, 2, 0),
    foldColumns: 1,
    actionUnits: [1, 2],
    units: new Uint8Array(8),
  };
  const { images, labels, subjects, folds, units } = dataset;
  const described = { ...dataset, fingerprint: await fingerprint(dataset) };
  const arrays = {
    "X.npy": writeNpy({ shape: [4, 1, 8, 8], data: images }),
    "y.npy": writeNpy({ shape: [4], data: labels }),
    "subjs.npy": writeNpy({ shape: [4], data: subjects }),
    "folds.npy": writeNpy({ shape: [4], data: folds }),
    "aus.npy": writeNpy({ shape: [4, 2], data: units }),
  };
  const meta = describeDataset(described, { source: "nowhere" }, [...Object.keys(arrays), "meta.json"]);
  return { "meta.json": new TextEncoder().encode(JSON.stringify(meta, null, 2) + "\n"), ...arrays };
}

const integers = (...values: number[]) => writeNpy({ shape: [values.length], data: Int32Array.from(values) });
const X = writeNpy({ shape: [4, 1, 8, 8], data: Uint8Array.from({ length: 256 }, (_, i) => i) });

/** The files of CK+ as the paper's authors keep it, and of two splits of their TFD. */
export const AUTHORS_FILES: Record<"ck_plus" | "tfd", Record<string, Uint8Array<ArrayBuffer>>> = {
  ck_plus: {
    "X.npy": X,
    "y.npy": integers(0, 1, 2, 3),
    "subjs.npy": integers(0, 1, 2, 3),
    "folds.npy": integers(0, 1, 2, 3),
  },
  tfd: Object.fromEntries([0, 1].flatMap((split) => [
    [`split_${split}/X.npy`, X],
    [`split_${split}/y.npy`, integers(0, 1, 2, 3)],
    [`split_${split}/folds.npy`, integers(0, 1, 2, 0)],
  ])),
};
