// Gradient of a "same" correlation by its weights, by direct summation, NCHW float32, odd filter side F, P = (F - 1) / 2:
//   partial[slice, k, c, r, s] = sum over n, i, j of dy[n, k, i, j] * x[n, c, i + r - P, j + s - P]
// over the rows of 4x4 blocks that belong to the slice; convolution/sum_slices.wgsl adds the slices in their order, so that the
// same adapter gives the same bits. UNPOOL: the gradient is given pooled with its argmax (pool/load_quad.wgsl).
//   x        images x inputs x height x width, the layer's input, from a buffer or its texture (loads/x_*.wgsl)
//   dy       images x outputs x height x width (pooled: height/2 x width/2)
//   partial  slices x outputs x inputs x F x F, written with "="
// An invocation makes 5 x 5 taps for 2 filters k, k+1 of one input channel in one slice; filters wider than 5 take several.
override UNPOOL: bool = false;

struct Parameters {
  images: u32, inputs: u32, outputs: u32, height: u32, width: u32, filter_side: u32, slices: u32, rows_per_slice: u32,
}
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> argmax: array<u32>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;
@group(0) @binding(4) var<uniform> p: Parameters;

fn source(at: u32) -> f32 {
  return dy[at];
}

// Five taps of one filter row: four in a vec4, the fifth apart.
struct Taps { four: vec4f, fifth: f32 }
// The 25 taps of one filter.
struct Filter { r0: Taps, r1: Taps, r2: Taps, r3: Taps, r4: Taps }
// A 4 x 4 block of the gradient by rows.
struct Block { r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f }
// Eight pixels of an image row.
struct Row { low: vec4f, high: vec4f }

fn image_at(plane: u32, i: i32, j: i32) -> f32 {
  let within = i >= 0 && j >= 0 && i < i32(p.height) && j < i32(p.width);
  let at = (plane * p.height + u32(i)) * p.width + u32(j);
  return select(0.0, load_x(select(0u, at, within)), within);
}

fn image_row(plane: u32, i: i32, j: i32) -> Row {
  return Row(
    vec4f(image_at(plane, i, j), image_at(plane, i, j + 1), image_at(plane, i, j + 2), image_at(plane, i, j + 3)),
    vec4f(image_at(plane, i, j + 4), image_at(plane, i, j + 5), image_at(plane, i, j + 6), image_at(plane, i, j + 7)),
  );
}

fn gradient_block(plane: u32, i: i32, j: i32) -> Block {
  let a = quad(plane, i, j, p.height, p.width);
  let b = quad(plane, i, j + 2, p.height, p.width);
  let c = quad(plane, i + 2, j, p.height, p.width);
  let d = quad(plane, i + 2, j + 2, p.height, p.width);
  return Block(vec4f(a.xy, b.xy), vec4f(a.zw, b.zw), vec4f(c.xy, d.xy), vec4f(c.zw, d.zw));
}

fn add(t: Taps, g: vec4f, v: Row) -> Taps {
  return Taps(
    t.four + vec4f(dot(g, v.low), dot(g, vec4f(v.low.yzw, v.high.x)), dot(g, vec4f(v.low.zw, v.high.xy)), dot(g, vec4f(v.low.w, v.high.xyz))),
    t.fifth + dot(g, v.high),
  );
}

// Gradient row a meets image row a + r for filter row r: image row q serves every filter row r = q - a within 0..4.
fn add_block(f: Filter, g: Block, v0: Row, v1: Row, v2: Row, v3: Row, v4: Row, v5: Row, v6: Row, v7: Row) -> Filter {
  return Filter(
    add(add(add(add(f.r0, g.r0, v0), g.r1, v1), g.r2, v2), g.r3, v3),
    add(add(add(add(f.r1, g.r0, v1), g.r1, v2), g.r2, v3), g.r3, v4),
    add(add(add(add(f.r2, g.r0, v2), g.r1, v3), g.r2, v4), g.r3, v5),
    add(add(add(add(f.r3, g.r0, v3), g.r1, v4), g.r2, v5), g.r3, v6),
    add(add(add(add(f.r4, g.r0, v4), g.r1, v5), g.r2, v6), g.r3, v7),
  );
}

fn store_taps(base: u32, r: u32, s: u32, t: Taps) {
  let f = p.filter_side;
  if (r >= f) { return; }
  let at = base + r * f + s;
  partial[at] = t.four.x;
  if (s + 1u < f) { partial[at + 1u] = t.four.y; }
  if (s + 2u < f) { partial[at + 2u] = t.four.z; }
  if (s + 3u < f) { partial[at + 3u] = t.four.w; }
  if (s + 4u < f) { partial[at + 4u] = t.fifth; }
}

fn store_filter(slice: u32, k: u32, c: u32, r: u32, s: u32, v: Filter) {
  if (k >= p.outputs) { return; }
  let base = ((slice * p.outputs + k) * p.inputs + c) * p.filter_side * p.filter_side;
  store_taps(base, r, s, v.r0);
  store_taps(base, r + 1u, s, v.r1);
  store_taps(base, r + 2u, s, v.r2);
  store_taps(base, r + 3u, s, v.r3);
  store_taps(base, r + 4u, s, v.r4);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = (p.outputs + 1u) / 2u;
  let fives = (p.filter_side + 4u) / 5u;
  var index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= pairs * p.inputs * fives * fives * p.slices) { return; }
  let k = 2u * (index % pairs);
  index /= pairs;
  let c = index % p.inputs;
  index /= p.inputs;
  let s = 5u * (index % fives);
  index /= fives;
  let r = 5u * (index % fives);
  let slice = index / fives;

  let half = i32(p.filter_side / 2u);
  let block_rows = (p.height + 3u) / 4u;
  let block_columns = (p.width + 3u) / 4u;
  let first = slice * p.rows_per_slice;
  let last = min(first + p.rows_per_slice, p.images * block_rows);
  let second = min(k + 1u, p.outputs - 1u);
  var even = Filter();
  var odd = Filter();
  for (var row = first; row < last; row++) {
    let n = row / block_rows;
    let i = i32(4u * (row % block_rows));
    for (var column = 0u; column < block_columns; column++) {
      let j = i32(4u * column);
      let plane = n * p.inputs + c;
      let top = i + i32(r) - half;
      let left = j + i32(s) - half;
      let v0 = image_row(plane, top, left);
      let v1 = image_row(plane, top + 1, left);
      let v2 = image_row(plane, top + 2, left);
      let v3 = image_row(plane, top + 3, left);
      let v4 = image_row(plane, top + 4, left);
      let v5 = image_row(plane, top + 5, left);
      let v6 = image_row(plane, top + 6, left);
      let v7 = image_row(plane, top + 7, left);
      even = add_block(even, gradient_block(n * p.outputs + k, i, j), v0, v1, v2, v3, v4, v5, v6, v7);
      odd = add_block(odd, gradient_block(n * p.outputs + second, i, j), v0, v1, v2, v3, v4, v5, v6, v7);
    }
  }
  store_filter(slice, k, c, r, s, even);
  store_filter(slice, k + 1u, c, r, s, odd);
}
