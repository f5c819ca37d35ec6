/** Maximum pooling over windows that do not overlap, with the position of each maximum; the first of equal values wins. */

/** Sizes of the map and of the windows. */
export interface Windows {
  planes: number;
  height: number;
  width: number;
  window_height: number;
  window_width: number;
}

/** Windows of 2x2. */
export function twoByTwo(shape: { planes: number; height: number; width: number }): Windows {
  return { ...shape, window_height: 2, window_width: 2 };
}

/** The number of windows down, across, and in all planes. */
export function windows({ planes, height, width, window_height, window_width }: Windows) {
  const rows = Math.floor(height / window_height), columns = Math.floor(width / window_width);
  return { rows, columns, cells: planes * rows * columns };
}

/** Maxima, where they were in their plane (i * width + j), and how far they stand above the second. */
export function maxPool(shape: Windows, x: ArrayLike<number>) {
  const { rows, columns, cells } = windows(shape);
  const y = new Float64Array(cells), position = new Uint32Array(cells), lead = new Float64Array(cells).fill(Infinity);
  for (let cell = 0; cell < cells; cell++) {
    const plane = Math.floor(cell / (rows * columns));
    const i0 = (Math.floor(cell / columns) % rows) * shape.window_height, j0 = (cell % columns) * shape.window_width;
    y[cell] = -Infinity;
    for (let i = i0; i < i0 + shape.window_height; i++) {
      for (let j = j0; j < j0 + shape.window_width; j++) {
        const place = i * shape.width + j;
        const value = x[plane * shape.height * shape.width + place];
        if (value > y[cell]) {
          lead[cell] = value - y[cell];
          y[cell] = value;
          position[cell] = place;
        } else {
          lead[cell] = Math.min(lead[cell], y[cell] - value);
        }
      }
    }
  }
  return { y, position, lead };
}

/** Puts each gradient where its maximum was, 0 elsewhere. */
export function unpool(shape: Windows, dy: ArrayLike<number>, position: ArrayLike<number>): Float64Array {
  const { rows, columns, cells } = windows(shape);
  const area = shape.height * shape.width;
  const dx = new Float64Array(shape.planes * area);
  for (let cell = 0; cell < cells; cell++) {
    dx[Math.floor(cell / (rows * columns)) * area + position[cell]] = dy[cell];
  }
  return dx;
}

/** Where the two bits of a 2x2 cell stand: the word of its 4x4 block, and the shift within. */
function place(shape: Windows, cell: number) {
  const { rows, columns } = windows(shape);
  const plane = Math.floor(cell / (rows * columns)), i = Math.floor(cell / columns) % rows, j = cell % columns;
  const blockRow = plane * Math.ceil(shape.height / 4) + (i >> 1);
  return { word: blockRow * Math.ceil(shape.width / 4) + (j >> 1), shift: 2 * (2 * (i & 1) + (j & 1)), i, j };
}

/** Packs positions of 2x2 maxima as the kernels do: a word a 4x4 block, two bits a cell. */
export function packPositions(shape: Windows, position: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(shape.planes * Math.ceil(shape.height / 4) * Math.ceil(shape.width / 4));
  for (let cell = 0; cell < position.length; cell++) {
    const { word, shift, i, j } = place(shape, cell);
    const down = Math.floor(position[cell] / shape.width) - 2 * i, right = position[cell] % shape.width - 2 * j;
    words[word] |= (2 * down + right) << shift;
  }
  return words;
}

/** The way back: the position in its plane of each cell's maximum. */
export function unpackPositions(shape: Windows, words: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(windows(shape).cells).map((_, cell) => {
    const { word, shift, i, j } = place(shape, cell);
    const code = (words[word] >> shift) & 3;
    return (2 * i + (code >> 1)) * shape.width + 2 * j + (code & 1);
  });
}
