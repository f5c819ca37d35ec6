// Adds partial gradients in the order of their slices:  y[i] (+)= sum over slices of x[slice, i].
// ACCUMULATE: "+=" instead of "=", for a batch that is worked off in parts. An invocation an element.
override ACCUMULATE: bool = false;

struct Parameters { count: u32, slices: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= p.count) { return; }
  var sum = 0.0;
  for (var slice = 0u; slice < p.slices; slice++) {
    sum += x[slice * p.count + i];
  }
  if (ACCUMULATE) { sum += y[i]; }
  y[i] = sum;
}
