// Maximum over windows of window_height x window_width that do not overlap, with argmax. The paper's quadrant pooling: with windows of
// half the map it leaves 2 x 2.
//   x  planes x height x width,  y  planes x (height / window_height) x (width / window_width), "="; what is left over is dropped
//   argmax  u32, as y: the position i * width + j within the plane; the first of equal values wins
// An invocation an element of y.
struct Parameters { planes: u32, height: u32, width: u32, window_height: u32, window_width: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(3) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let rows = p.height / p.window_height;
  let columns = p.width / p.window_width;
  if (index >= p.planes * rows * columns) { return; }
  let plane = index / (rows * columns);
  let i0 = p.window_height * ((index / columns) % rows);
  let j0 = p.window_width * (index % columns);
  let base = plane * p.height * p.width;
  var where_ = i0 * p.width + j0;
  var best = x[base + where_];
  for (var i = i0; i < i0 + p.window_height; i++) {
    for (var j = j0; j < j0 + p.window_width; j++) {
      let at = i * p.width + j;
      let value = x[base + at];
      if (value > best) {
        best = value;
        where_ = at;
      }
    }
  }
  y[index] = best;
  argmax[index] = where_;
}
