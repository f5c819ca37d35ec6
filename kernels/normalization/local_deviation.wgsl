// Divides by the local deviation: y = x / sqrt(box5(x * x) + 1e-4), box5 as in local_mean.wgsl. After local_mean this is the local
// contrast normalization that the paper describes; the 1e-4 keeps flat patches finite.
//   x, y  samples x height x width, "=".  An invocation a pixel.
struct Parameters { samples: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

fn at(n: u32, i: i32, j: i32) -> f32 {
  let height = i32(p.height);
  let width = i32(p.width);
  if (i < 0 || j < 0 || i >= height || j >= width) { return 0.0; }
  return x[(n * p.height + u32(i)) * p.width + u32(j)];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let area = p.height * p.width;
  if (index >= p.samples * area) { return; }
  let n = index / area;
  let i = i32((index % area) / p.width);
  let j = i32(index % p.width);
  var sum = 0.0;
  for (var r = -2; r <= 2; r++) {
    for (var s = -2; s <= 2; s++) {
      let value = at(n, i + r, j + s);
      sum += value * value;
    }
  }
  y[index] = x[index] / sqrt(sum / 25.0 + 1e-4);
}
