// Products back from Winograd's domain, F(4x4, 5x5): the 4x4 tile y = A^T m A of each 8x8 m.
//   m  64 x padded_channels x padded_tiles, element 8 a + b of each 8x8 first
//   y  images x channels x height x width, tiles from image `first_image` on; RELU, POOL and argmax as in pool/store_block.wgsl
// Stored is float32 or float16, scaled by what is in `scales` (storage/transform_*.wgsl).
// An invocation a tile and channel, tiles fastest.
override RELU: bool = false;
override POOL: bool = false;

struct Parameters {
  first_image: u32, images: u32, channels: u32, padded_channels: u32, height: u32, width: u32, padded_tiles: u32,
}
@group(0) @binding(0) var<storage, read> m: array<Stored>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<uniform> p: Parameters;

// A^T times eight rows, transposed: columns are the four results.
fn transform(a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f) -> mat4x4f {
  let sum_one = b + c;
  let difference_one = b - c;
  let sum_two = d + e;
  let difference_two = d - e;
  let sum_half = f + g;
  let difference_half = f - g;
  return transpose(mat4x4f(
    a + sum_one + sum_two + sum_half,
    difference_one + 2.0 * difference_two + 0.5 * difference_half,
    sum_one + 4.0 * sum_two + 0.25 * sum_half,
    difference_one + 8.0 * difference_two + 0.125 * difference_half + h,
  ));
}

// Four elements of row a of an 8x8, from column b on.
fn four(at: u32, plane: u32, a: u32, b: u32) -> vec4f {
  let start = at + (8u * a + b) * plane;
  return vec4f(f32(m[start]), f32(m[start + plane]), f32(m[start + 2u * plane]), f32(m[start + 3u * plane]));
}

// A^T times the four columns of the 8x8 that start at b.
fn columns_from(at: u32, plane: u32, b: u32) -> mat4x4f {
  return transform(
    four(at, plane, 0u, b), four(at, plane, 1u, b), four(at, plane, 2u, b), four(at, plane, 3u, b),
    four(at, plane, 4u, b), four(at, plane, 5u, b), four(at, plane, 6u, b), four(at, plane, 7u, b),
  );
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let rows = (p.height + 3u) / 4u;
  let columns = (p.width + 3u) / 4u;
  let tiles = p.images * rows * columns;
  if (index >= tiles * p.channels) { return; }
  let tile = index % tiles;
  let k = index / tiles;
  let at = k * p.padded_tiles + tile;
  let plane = p.padded_channels * p.padded_tiles;
  let left = columns_from(at, plane, 0u);
  let right = columns_from(at, plane, 4u);
  let y4 = unscale() * transform(left[0], left[1], left[2], left[3], right[0], right[1], right[2], right[3]);
  let n = p.first_image + tile / (rows * columns);
  store_block(n * p.channels + k, (tile / columns) % rows, tile % columns, p.height, p.width, y4[0], y4[1], y4[2], y4[3]);
}
