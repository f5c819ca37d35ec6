// Image tiles into Winograd's domain, F(4x4, 5x5): V = B^T d B for the 8x8 patch d around each 4x4 tile.
//   x  images x channels x height x width (UNPOOL: a pooled gradient with its argmax, pool/load_quad.wgsl)
//   v  64 elements (8 a + b first), then either channels x padded_tiles, or (TILES_FIRST) padded_tiles x padded_channels
// Tiles are numbered image by image from `first_image` on, row-major; what is past their count, or past the channels, is 0.
// Stored is float32 or float16, scaled by what is in `scales` (storage/transform_*.wgsl).
// An invocation a tile and channel; the fastest index is the one that is contiguous in v.
override UNPOOL: bool = false;
override TILES_FIRST: bool = false;

struct Parameters {
  first_image: u32, images: u32, channels: u32, padded_channels: u32, height: u32, width: u32, padded_tiles: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> argmax: array<u32>;
@group(0) @binding(2) var<storage, read_write> v: array<Stored>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<uniform> p: Parameters;

fn source(at: u32) -> f32 {
  return first_scaled(x[at]);
}

// Eight rows of four values.
struct Rows { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f }

// B^T times eight rows.
fn transform(r: Rows) -> Rows {
  let even_one = r.c - 4.25 * r.e + r.g;
  let odd_one = r.b - 4.25 * r.d + r.f;
  let even_two = 0.25 * r.c - 1.25 * r.e + r.g;
  let odd_two = 0.5 * r.b - 2.5 * r.d + 2.0 * r.f;
  let even_half = 4.0 * r.c - 5.0 * r.e + r.g;
  let odd_half = 2.0 * r.b - 2.5 * r.d + 0.5 * r.f;
  return Rows(
    r.a - 5.25 * r.c + 5.25 * r.e - r.g,
    even_one + odd_one,
    even_one - odd_one,
    even_two + odd_two,
    even_two - odd_two,
    even_half + odd_half,
    even_half - odd_half,
    5.25 * r.d - 5.25 * r.f + r.h - r.b,
  );
}

// Two rows of eight pixels: (low, high) of the upper, (low, high) of the lower.
struct Pair { upper_low: vec4f, upper_high: vec4f, lower_low: vec4f, lower_high: vec4f }

fn load_pair(plane: u32, i: i32, j: i32) -> Pair {
  let q0 = quad(plane, i, j, p.height, p.width);
  let q1 = quad(plane, i, j + 2, p.height, p.width);
  let q2 = quad(plane, i, j + 4, p.height, p.width);
  let q3 = quad(plane, i, j + 6, p.height, p.width);
  return Pair(vec4f(q0.xy, q1.xy), vec4f(q2.xy, q3.xy), vec4f(q0.zw, q1.zw), vec4f(q2.zw, q3.zw));
}

// Row b of the transposed result, elements a = 0..7: v's element 8 a + b.
fn store(at: u32, plane: u32, b: u32, low: vec4f, high: vec4f) {
  v[at + b * plane] = Stored(low.x);
  v[at + (8u + b) * plane] = Stored(low.y);
  v[at + (16u + b) * plane] = Stored(low.z);
  v[at + (24u + b) * plane] = Stored(low.w);
  v[at + (32u + b) * plane] = Stored(high.x);
  v[at + (40u + b) * plane] = Stored(high.y);
  v[at + (48u + b) * plane] = Stored(high.z);
  v[at + (56u + b) * plane] = Stored(high.w);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channels = select(p.channels, p.padded_channels, TILES_FIRST);
  let plane = channels * p.padded_tiles;
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= plane) { return; }
  let tile = select(index % p.padded_tiles, index / channels, TILES_FIRST);
  let c = select(index / p.padded_tiles, index % channels, TILES_FIRST);
  let rows = (p.height + 3u) / 4u;
  let columns = (p.width + 3u) / 4u;
  let n = tile / (rows * columns);
  if (n >= p.images || c >= p.channels) {
    for (var b = 0u; b < 8u; b++) { store(index, plane, b, vec4f(), vec4f()); }
    return;
  }
  let i = i32(4u * ((tile / columns) % rows)) - 2;
  let j = i32(4u * (tile % columns)) - 2;
  let source_plane = (p.first_image + n) * p.channels + c;
  let r0 = load_pair(source_plane, i, j);
  let r2 = load_pair(source_plane, i + 2, j);
  let r4 = load_pair(source_plane, i + 4, j);
  let r6 = load_pair(source_plane, i + 6, j);
  // Down the columns, then, transposed, along the rows.
  let left = transform(Rows(r0.upper_low, r0.lower_low, r2.upper_low, r2.lower_low, r4.upper_low, r4.lower_low, r6.upper_low, r6.lower_low));
  let right = transform(
    Rows(r0.upper_high, r0.lower_high, r2.upper_high, r2.lower_high, r4.upper_high, r4.lower_high, r6.upper_high, r6.lower_high),
  );
  let top_left = transpose(mat4x4f(left.a, left.b, left.c, left.d));
  let top_right = transpose(mat4x4f(right.a, right.b, right.c, right.d));
  let bottom_left = transpose(mat4x4f(left.e, left.f, left.g, left.h));
  let bottom_right = transpose(mat4x4f(right.e, right.f, right.g, right.h));
  let low = transform(
    Rows(top_left[0], top_left[1], top_left[2], top_left[3], top_right[0], top_right[1], top_right[2], top_right[3]),
  );
  let high = transform(
    Rows(bottom_left[0], bottom_left[1], bottom_left[2], bottom_left[3], bottom_right[0], bottom_right[1], bottom_right[2], bottom_right[3]),
  );
  store(index, plane, 0u, low.a, high.a);
  store(index, plane, 1u, low.b, high.b);
  store(index, plane, 2u, low.c, high.c);
  store(index, plane, 3u, low.d, high.d);
  store(index, plane, 4u, low.e, high.e);
  store(index, plane, 5u, low.f, high.f);
  store(index, plane, 6u, low.g, high.g);
  store(index, plane, 7u, low.h, high.h);
}
