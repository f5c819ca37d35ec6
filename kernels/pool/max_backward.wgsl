// The way back through the 2x2 maximum: each cell's gradient goes to the pixel that was largest, the others get 0.
//   x   the gradient dy: planes x floor(height/2) x floor(width/2), with the argmax of the forward pass
//   dx  planes x height x width, "="
// An invocation a 2x2 cell, cells of a row fastest (odd last rows and columns included: zeros).
const UNPOOL = true;

struct Parameters { planes: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> argmax: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> p: Parameters;

fn source(at: u32) -> f32 {
  return dy[at];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let rows = (p.height + 1u) / 2u;
  let columns = (p.width + 1u) / 2u;
  if (index >= p.planes * rows * columns) { return; }
  let plane = index / (rows * columns);
  let i = 2u * ((index / columns) % rows);
  let j = 2u * (index % columns);
  let four = quad(plane, i32(i), i32(j), p.height, p.width);
  let at = (plane * p.height + i) * p.width + j;
  let right = j + 1u < p.width;
  dx[at] = four.x;
  if (right) { dx[at + 1u] = four.y; }
  if (i + 1u < p.height) {
    dx[at + p.width] = four.z;
    if (right) { dx[at + p.width + 1u] = four.w; }
  }
}
