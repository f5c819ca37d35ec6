// The way back through pool/quadrant_forward.wgsl: each window's gradient goes to the position that was largest.
//   dy, argmax  planes x (height / window_height) x (width / window_width),  dx  planes x height x width, "="
// An invocation an element of dx.
struct Parameters { planes: u32, height: u32, width: u32, window_height: u32, window_width: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> argmax: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let area = p.height * p.width;
  if (index >= p.planes * area) { return; }
  let rows = p.height / p.window_height;
  let columns = p.width / p.window_width;
  let plane = index / area;
  let at = index % area;
  let i = (at / p.width) / p.window_height;
  let j = (at % p.width) / p.window_width;
  var gradient = 0.0;
  if (i < rows && j < columns) {
    let cell = (plane * rows + i) * columns + j;
    if (argmax[cell] == at) { gradient = dy[cell]; }
  }
  dx[index] = gradient;
}
