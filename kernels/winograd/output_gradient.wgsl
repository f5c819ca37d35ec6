// Gradient tiles into Winograd's domain for the gradient by weight, F(4x4, 5x5): dm = A dy A^T for each 4x4 tile of dy.
//   x   images x channels x height x width: the gradient dy (UNPOOL: pooled, with its argmax, pool/load_quad.wgsl)
//   dm  64 (8 a + b) x padded_tiles x padded_channels; 0 past the tiles and channels
// Stored is float32 or float16, scaled by what is in `scales` (storage/transform_*.wgsl).
// An invocation a tile and channel, channels fastest.
override UNPOOL: bool = false;

struct Parameters {
  first_image: u32, images: u32, channels: u32, padded_channels: u32, height: u32, width: u32, padded_tiles: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> argmax: array<u32>;
@group(0) @binding(2) var<storage, read_write> dm: array<Stored>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<uniform> p: Parameters;

fn source(at: u32) -> f32 {
  return second_scaled(x[at]);
}

// Eight rows of four values.
struct Rows { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f }

// A times four rows.
fn transform(y0: vec4f, y1: vec4f, y2: vec4f, y3: vec4f) -> Rows {
  let even_one = y0 + y2;
  let odd_one = y1 + y3;
  let even_two = y0 + 4.0 * y2;
  let odd_two = 2.0 * y1 + 8.0 * y3;
  let even_half = y0 + 0.25 * y2;
  let odd_half = 0.5 * y1 + 0.125 * y3;
  return Rows(
    y0,
    even_one + odd_one,
    even_one - odd_one,
    even_two + odd_two,
    even_two - odd_two,
    even_half + odd_half,
    even_half - odd_half,
    y3,
  );
}

// Row b of the transposed result, elements a = a0..a0+3: dm's elements 8 a + b.
fn store(at: u32, plane: u32, a0: u32, b: u32, values: vec4f) {
  let start = at + (8u * a0 + b) * plane;
  dm[start] = Stored(values.x);
  dm[start + 8u * plane] = Stored(values.y);
  dm[start + 16u * plane] = Stored(values.z);
  dm[start + 24u * plane] = Stored(values.w);
}

fn store_rows(at: u32, plane: u32, a0: u32, r: Rows) {
  store(at, plane, a0, 0u, r.a);
  store(at, plane, a0, 1u, r.b);
  store(at, plane, a0, 2u, r.c);
  store(at, plane, a0, 3u, r.d);
  store(at, plane, a0, 4u, r.e);
  store(at, plane, a0, 5u, r.f);
  store(at, plane, a0, 6u, r.g);
  store(at, plane, a0, 7u, r.h);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let plane = p.padded_channels * p.padded_tiles;
  if (index >= plane) { return; }
  let k = index % p.padded_channels;
  let tile = index / p.padded_channels;
  let rows = (p.height + 3u) / 4u;
  let columns = (p.width + 3u) / 4u;
  let n = tile / (rows * columns);
  if (n >= p.images || k >= p.channels) {
    store_rows(index, plane, 0u, Rows());
    store_rows(index, plane, 4u, Rows());
    return;
  }
  let i = i32(4u * ((tile / columns) % rows));
  let j = i32(4u * (tile % columns));
  let source_plane = (p.first_image + n) * p.channels + k;
  let a = quad(source_plane, i, j, p.height, p.width);
  let b = quad(source_plane, i, j + 2, p.height, p.width);
  let c = quad(source_plane, i + 2, j, p.height, p.width);
  let d = quad(source_plane, i + 2, j + 2, p.height, p.width);
  // Down the columns, then, transposed, along the rows.
  let down = transform(vec4f(a.xy, b.xy), vec4f(a.zw, b.zw), vec4f(c.xy, d.xy), vec4f(c.zw, d.zw));
  let top = transpose(mat4x4f(down.a, down.b, down.c, down.d));
  let bottom = transpose(mat4x4f(down.e, down.f, down.g, down.h));
  store_rows(index, plane, 0u, transform(top[0], top[1], top[2], top[3]));
  store_rows(index, plane, 4u, transform(bottom[0], bottom[1], bottom[2], bottom[3]));
}
