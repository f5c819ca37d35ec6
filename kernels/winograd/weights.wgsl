// Filters into Winograd's domain, F(4x4, 5x5): U = G g G^T for each 5x5 filter g, at the points 0, 1, -1, 2, -2, 1/2, -1/2, infinity.
//   w  outputs x inputs x 5 x 5                    (FLIP: inputs x outputs x 5 x 5, read turned by 180 degrees: gradient by input)
//   u  64 x inputs x padded_outputs, element 8 a + b of each 8x8 first; columns past outputs are 0
// Stored is float32 or float16, scaled by what is in `scales` (storage/transform_*.wgsl).
// An invocation a filter, outputs fastest. The transforms are in winograd/README.md.
override FLIP: bool = false;

struct Parameters { inputs: u32, outputs: u32, padded_outputs: u32 }
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> u: array<Stored>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<uniform> p: Parameters;

// A row of five taps, padded to eight, or eight transformed values.
struct Eight { low: vec4f, high: vec4f }

fn tap(base: u32, r: u32, s: u32) -> f32 {
  return second_scaled(w[base + select(5u * r + s, 24u - 5u * r - s, FLIP)]);
}

// G times a column of five.
fn transform(w0: f32, w1: f32, w2: f32, w3: f32, w4: f32) -> Eight {
  let even = w0 + w2 + w4;
  let odd = w1 + w3;
  let even_two = w0 + 4.0 * w2 + 16.0 * w4;
  let odd_two = 2.0 * w1 + 8.0 * w3;
  let even_half = w0 + 0.25 * w2 + 0.0625 * w4;
  let odd_half = 0.5 * w1 + 0.125 * w3;
  return Eight(
    vec4f(w0, (even + odd) * (-2.0 / 9.0), (even - odd) * (-2.0 / 9.0), (even_two + odd_two) * (1.0 / 90.0)),
    vec4f((even_two - odd_two) * (1.0 / 90.0), (even_half + odd_half) * (32.0 / 45.0), (even_half - odd_half) * (32.0 / 45.0), w4),
  );
}

fn store_row(at: u32, plane: u32, v: Eight) {
  u[at] = Stored(v.low.x);
  u[at + plane] = Stored(v.low.y);
  u[at + 2u * plane] = Stored(v.low.z);
  u[at + 3u * plane] = Stored(v.low.w);
  u[at + 4u * plane] = Stored(v.high.x);
  u[at + 5u * plane] = Stored(v.high.y);
  u[at + 6u * plane] = Stored(v.high.z);
  u[at + 7u * plane] = Stored(v.high.w);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.inputs * p.padded_outputs) { return; }
  let k = index % p.padded_outputs;
  let c = index / p.padded_outputs;
  let plane = p.inputs * p.padded_outputs;
  if (k >= p.outputs) {
    for (var a = 0u; a < 8u; a++) { store_row(8u * a * plane + index, plane, Eight()); }
    return;
  }
  let base = 25u * select(k * p.inputs + c, c * p.outputs + k, FLIP);
  // Down the columns of the filter, then along the rows of what that gives.
  let c0 = transform(tap(base, 0u, 0u), tap(base, 1u, 0u), tap(base, 2u, 0u), tap(base, 3u, 0u), tap(base, 4u, 0u));
  let c1 = transform(tap(base, 0u, 1u), tap(base, 1u, 1u), tap(base, 2u, 1u), tap(base, 3u, 1u), tap(base, 4u, 1u));
  let c2 = transform(tap(base, 0u, 2u), tap(base, 1u, 2u), tap(base, 2u, 2u), tap(base, 3u, 2u), tap(base, 4u, 2u));
  let c3 = transform(tap(base, 0u, 3u), tap(base, 1u, 3u), tap(base, 2u, 3u), tap(base, 3u, 3u), tap(base, 4u, 3u));
  let c4 = transform(tap(base, 0u, 4u), tap(base, 1u, 4u), tap(base, 2u, 4u), tap(base, 3u, 4u), tap(base, 4u, 4u));
  store_row(index, plane, transform(c0.low.x, c1.low.x, c2.low.x, c3.low.x, c4.low.x));
  store_row(8u * plane + index, plane, transform(c0.low.y, c1.low.y, c2.low.y, c3.low.y, c4.low.y));
  store_row(16u * plane + index, plane, transform(c0.low.z, c1.low.z, c2.low.z, c3.low.z, c4.low.z));
  store_row(24u * plane + index, plane, transform(c0.low.w, c1.low.w, c2.low.w, c3.low.w, c4.low.w));
  store_row(32u * plane + index, plane, transform(c0.high.x, c1.high.x, c2.high.x, c3.high.x, c4.high.x));
  store_row(40u * plane + index, plane, transform(c0.high.y, c1.high.y, c2.high.y, c3.high.y, c4.high.y));
  store_row(48u * plane + index, plane, transform(c0.high.z, c1.high.z, c2.high.z, c3.high.z, c4.high.z));
  store_row(56u * plane + index, plane, transform(c0.high.w, c1.high.w, c2.high.w, c3.high.w, c4.high.w));
}
