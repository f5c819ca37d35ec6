// Weight gradients back from Winograd's domain, F(4x4, 5x5): dw (+)= G^T du G for each 8x8 du.
//   du  64 (8 a + b) x padded_outputs x padded_inputs
//   dw  outputs x inputs x 5 x 5; ACCUMULATE: "+=" instead of "="
// du is float32 always, and what was scaled by `scales` to make it is scaled back (storage/transform_*.wgsl).
// An invocation a filter, inputs fastest.
override ACCUMULATE: bool = false;

struct Parameters { outputs: u32, inputs: u32, padded_outputs: u32, padded_inputs: u32 }
@group(0) @binding(0) var<storage, read> du: array<f32>;
@group(0) @binding(1) var<storage, read_write> dw: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<uniform> p: Parameters;

// Five taps of a filter row or column.
struct Five { four: vec4f, fifth: f32 }

// G^T times a column of eight.
fn transform(low: vec4f, high: vec4f) -> Five {
  let sum_one = (low.y + low.z) * (-2.0 / 9.0);
  let difference_one = (low.y - low.z) * (-2.0 / 9.0);
  let sum_two = (low.w + high.x) * (1.0 / 90.0);
  let difference_two = (low.w - high.x) * (1.0 / 90.0);
  let sum_half = (high.y + high.z) * (32.0 / 45.0);
  let difference_half = (high.y - high.z) * (32.0 / 45.0);
  return Five(
    vec4f(
      low.x + sum_one + sum_two + sum_half,
      difference_one + 2.0 * difference_two + 0.5 * difference_half,
      sum_one + 4.0 * sum_two + 0.25 * sum_half,
      difference_one + 8.0 * difference_two + 0.125 * difference_half,
    ),
    sum_one + 16.0 * sum_two + 0.0625 * sum_half + high.w,
  );
}

// Column b of the 8x8, transformed.
fn column(at: u32, plane: u32, b: u32) -> Five {
  let start = at + b * plane;
  return transform(
    vec4f(du[start], du[start + 8u * plane], du[start + 16u * plane], du[start + 24u * plane]),
    vec4f(du[start + 32u * plane], du[start + 40u * plane], du[start + 48u * plane], du[start + 56u * plane]),
  );
}

fn put(at: u32, value: f32) {
  let gradient = value * unscale();
  dw[at] = select(gradient, gradient + dw[at], ACCUMULATE);
}

fn put_row(at: u32, row: Five) {
  put(at, row.four.x);
  put(at + 1u, row.four.y);
  put(at + 2u, row.four.z);
  put(at + 3u, row.four.w);
  put(at + 4u, row.fifth);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.outputs * p.inputs) { return; }
  let c = index % p.inputs;
  let k = index / p.inputs;
  let at = k * p.padded_inputs + c;
  let plane = p.padded_outputs * p.padded_inputs;
  let c0 = column(at, plane, 0u);
  let c1 = column(at, plane, 1u);
  let c2 = column(at, plane, 2u);
  let c3 = column(at, plane, 3u);
  let c4 = column(at, plane, 4u);
  let c5 = column(at, plane, 5u);
  let c6 = column(at, plane, 6u);
  let c7 = column(at, plane, 7u);
  let to = 25u * index;
  put_row(to, transform(vec4f(c0.four.x, c1.four.x, c2.four.x, c3.four.x), vec4f(c4.four.x, c5.four.x, c6.four.x, c7.four.x)));
  put_row(to + 5u, transform(vec4f(c0.four.y, c1.four.y, c2.four.y, c3.four.y), vec4f(c4.four.y, c5.four.y, c6.four.y, c7.four.y)));
  put_row(to + 10u, transform(vec4f(c0.four.z, c1.four.z, c2.four.z, c3.four.z), vec4f(c4.four.z, c5.four.z, c6.four.z, c7.four.z)));
  put_row(to + 15u, transform(vec4f(c0.four.w, c1.four.w, c2.four.w, c3.four.w), vec4f(c4.four.w, c5.four.w, c6.four.w, c7.four.w)));
  put_row(to + 20u, transform(vec4f(c0.fifth, c1.fifth, c2.fifth, c3.fifth), vec4f(c4.fifth, c5.fifth, c6.fifth, c7.fifth)));
}
