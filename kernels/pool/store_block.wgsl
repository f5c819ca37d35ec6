// Writes rows r0..r3 of the 4 x 4 block (ti, tj) of a plane of height x width pixels: as it is, or (POOL) its 2x2 maxima with
// their argmax word; RELU makes negatives 0. Wants: bindings y and argmax, overrides POOL and RELU.
// Put behind the kernels that write such blocks.
//
// argmax: u32 [planes, ceil(H/4), ceil(W/4)], a word a block. The block's four 2x2 cells (row-major) hold two bits each: which
// of the cell's four pixels (row-major) was largest. The first of equal pixels wins.
// A pooled plane has floor(H/2) x floor(W/2) cells; an odd last row or column is dropped.

// The largest of four and its number, as vec2f(value, number).
fn largest(a: f32, b: f32, c: f32, d: f32) -> vec2f {
  var best = vec2f(a, 0.0);
  best = select(best, vec2f(b, 1.0), b > best.x);
  best = select(best, vec2f(c, 2.0), c > best.x);
  return select(best, vec2f(d, 3.0), d > best.x);
}

fn activation(value: f32) -> f32 {
  return select(value, max(value, 0.0), RELU);
}

fn store_row(plane: u32, i: u32, j: u32, height: u32, width: u32, row: vec4f) {
  if (i >= height) { return; }
  let at = (plane * height + i) * width + j;
  y[at] = activation(row.x);
  if (j + 1u < width) { y[at + 1u] = activation(row.y); }
  if (j + 2u < width) { y[at + 2u] = activation(row.z); }
  if (j + 3u < width) { y[at + 3u] = activation(row.w); }
}

fn store_cell(plane: u32, i: u32, j: u32, height: u32, width: u32, value: f32) {
  if (i < height && j < width) { y[(plane * height + i) * width + j] = activation(value); }
}

fn store_block(plane: u32, ti: u32, tj: u32, height: u32, width: u32, r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f) {
  let i = 4u * ti;
  let j = 4u * tj;
  if (j >= width || i >= height) { return; }
  if (!POOL) {
    store_row(plane, i, j, height, width, r0);
    store_row(plane, i + 1u, j, height, width, r1);
    store_row(plane, i + 2u, j, height, width, r2);
    store_row(plane, i + 3u, j, height, width, r3);
    return;
  }
  let a = largest(r0.x, r0.y, r1.x, r1.y);
  let b = largest(r0.z, r0.w, r1.z, r1.w);
  let c = largest(r2.x, r2.y, r3.x, r3.y);
  let d = largest(r2.z, r2.w, r3.z, r3.w);
  let h = height / 2u;
  let w = width / 2u;
  store_cell(plane, i / 2u, j / 2u, h, w, a.x);
  store_cell(plane, i / 2u, j / 2u + 1u, h, w, b.x);
  store_cell(plane, i / 2u + 1u, j / 2u, h, w, c.x);
  store_cell(plane, i / 2u + 1u, j / 2u + 1u, h, w, d.x);
  let word = (plane * ((height + 3u) / 4u) + ti) * ((width + 3u) / 4u) + tj;
  argmax[word] = u32(a.y) | (u32(b.y) << 2u) | (u32(c.y) << 4u) | (u32(d.y) << 6u);
}
