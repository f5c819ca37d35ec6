// The way back through a rectifier, in place:  dy becomes dx.
//   RULE 0, the gradient:  dx = dy where y > 0
//   RULE 1, deconvnet (Zeiler and Fergus 2014):  dx = dy where dy > 0
//   RULE 2, guided (Springenberg et al. 2015):   dx = dy where y > 0 and dy > 0
// y is the rectifier's output (its input would do as well). Elsewhere dx = 0. An invocation an element.
override RULE: u32 = 0u;

struct Parameters { count: u32 }
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> dy: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.count) { return; }
  let gradient = dy[index];
  let forward = RULE == 1u || y[index] > 0.0;
  let backward = RULE == 0u || gradient > 0.0;
  dy[index] = select(0.0, gradient, forward && backward);
}
