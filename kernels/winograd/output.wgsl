// Products back from Winograd's domain, F(4x4, 5x5): the 4x4 tile y = A^T m A of each 8x8 m.
//   m  64 x padded_channels x padded_tiles, element 8 a + b of each 8x8 first
//   y  images x channels x height x width, tiles from image `first_image` on; RELU, POOL and argmax as in pool/store_block.wgsl
// m comes from a buffer or from its texture (loads/output_*.wgsl). Stored is float32 or float16, scaled by what is in `scales` (storage/transform_*.wgsl).
// An invocation four tiles of a channel, tiles fastest: their elements lie side by side, and loads cost most here.
override RELU: bool = false;
override POOL: bool = false;

struct Parameters {
  first_image: u32, images: u32, channels: u32, padded_channels: u32, height: u32, width: u32, padded_tiles: u32,
}
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<uniform> p: Parameters;

// Four results, each of four tiles.
struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// A^T times eight.
fn transform(a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f) -> Four {
  let sum_one = b + c;
  let difference_one = b - c;
  let sum_two = d + e;
  let difference_two = d - e;
  let sum_half = f + g;
  let difference_half = f - g;
  return Four(
    a + sum_one + sum_two + sum_half,
    difference_one + 2.0 * difference_two + 0.5 * difference_half,
    sum_one + 4.0 * sum_two + 0.25 * sum_half,
    difference_one + 8.0 * difference_two + 0.125 * difference_half + h,
  );
}

// Down column b of the 8x8s.
fn down(at: u32, plane: u32, b: u32) -> Four {
  let start = at + b * plane;
  return transform(
    load_m(start),
    load_m(start + 8u * plane),
    load_m(start + 16u * plane),
    load_m(start + 24u * plane),
    load_m(start + 32u * plane),
    load_m(start + 40u * plane),
    load_m(start + 48u * plane),
    load_m(start + 56u * plane),
  );
}

// The row of each of the four tiles.
fn by_tile(row: Four) -> mat4x4f {
  return unscale() * transpose(mat4x4f(row.a, row.b, row.c, row.d));
}

fn store_tile(tile: u32, k: u32, r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f) {
  let rows = (p.height + 3u) / 4u;
  let columns = (p.width + 3u) / 4u;
  if (tile >= p.images * rows * columns) { return; }
  let n = p.first_image + tile / (rows * columns);
  store_block(n * p.channels + k, (tile / columns) % rows, tile % columns, p.height, p.width, r0, r1, r2, r3);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let fours = (p.images * ((p.height + 3u) / 4u) * ((p.width + 3u) / 4u) + 3u) / 4u;
  if (index >= fours * p.channels) { return; }
  let four = index % fours;
  let k = index / fours;
  let at = k * (p.padded_tiles / 4u) + four;
  let plane = p.padded_channels * (p.padded_tiles / 4u);
  let c0 = down(at, plane, 0u);
  let c1 = down(at, plane, 1u);
  let c2 = down(at, plane, 2u);
  let c3 = down(at, plane, 3u);
  let c4 = down(at, plane, 4u);
  let c5 = down(at, plane, 5u);
  let c6 = down(at, plane, 6u);
  let c7 = down(at, plane, 7u);
  let r0 = by_tile(transform(c0.a, c1.a, c2.a, c3.a, c4.a, c5.a, c6.a, c7.a));
  let r1 = by_tile(transform(c0.b, c1.b, c2.b, c3.b, c4.b, c5.b, c6.b, c7.b));
  let r2 = by_tile(transform(c0.c, c1.c, c2.c, c3.c, c4.c, c5.c, c6.c, c7.c));
  let r3 = by_tile(transform(c0.d, c1.d, c2.d, c3.d, c4.d, c5.d, c6.d, c7.d));
  store_tile(4u * four, k, r0[0], r1[0], r2[0], r3[0]);
  store_tile(4u * four + 1u, k, r0[1], r1[1], r2[1], r3[1]);
  store_tile(4u * four + 2u, k, r0[2], r1[2], r2[2], r3[2]);
  store_tile(4u * four + 3u, k, r0[3], r1[3], r2[3], r3[3]);
}
