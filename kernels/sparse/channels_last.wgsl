// An image with a halo of two zeros around it, channels last: what the sparse gradients read at any place without a check.
//   x  images x channels x height x width, float32
//   y  images x (height + 4) x (width + 4) x fours, vec4, "="; fours = ceil(channels / 4), channels past the last are 0
// An invocation a vec4 of y, channels fastest.
struct Parameters { images: u32, channels: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> p: Parameters;

fn value(n: u32, c: u32, i: i32, j: i32) -> f32 {
  let within = c < p.channels && i >= 0 && j >= 0 && i < i32(p.height) && j < i32(p.width);
  let at = ((n * p.channels + c) * p.height + u32(i)) * p.width + u32(j);
  return select(0.0, x[select(0u, at, within)], within);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let fours = (p.channels + 3u) / 4u;
  let rows = p.height + 4u;
  let columns = p.width + 4u;
  if (index >= p.images * rows * columns * fours) { return; }
  let c = 4u * (index % fours);
  let pixel = index / fours;
  let j = i32(pixel % columns) - 2;
  let i = i32((pixel / columns) % rows) - 2;
  let n = pixel / (columns * rows);
  y[index] = vec4f(value(n, c, i, j), value(n, c + 1u, i, j), value(n, c + 2u, i, j), value(n, c + 3u, i, j));
}
