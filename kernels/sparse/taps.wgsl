// Filters of 5x5 with their input channels last.
//   w  outputs x inputs x 5 x 5, float32
//   y  outputs x 25 x fours, vec4, "="; fours = ceil(inputs / 4), inputs past the last are 0
// An invocation a vec4 of y, inputs fastest.
struct Parameters { outputs: u32, inputs: u32 }
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> p: Parameters;

fn value(k: u32, c: u32, tap: u32) -> f32 {
  let within = c < p.inputs;
  return select(0.0, w[select(0u, (k * p.inputs + c) * 25u + tap, within)], within);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let fours = (p.inputs + 3u) / 4u;
  if (index >= p.outputs * 25u * fours) { return; }
  let c = 4u * (index % fours);
  let tap = (index / fours) % 25u;
  let k = index / (25u * fours);
  y[index] = vec4f(value(k, c, tap), value(k, c + 1u, tap), value(k, c + 2u, tap), value(k, c + 3u, tap));
}
