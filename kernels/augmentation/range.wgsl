// Smallest and largest value of each image.
//   x  samples x pixels,  range  samples x 2, "=".  A workgroup an image; minima and maxima do not depend on their order.
struct Parameters { samples: u32, pixels: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> range: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

var<workgroup> low: array<f32, 64>;
var<workgroup> high: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = group.y * groups.x + group.x;
  if (n >= p.samples) { return; }
  let base = n * p.pixels;
  var smallest = x[base];
  var greatest = x[base];
  for (var at = lane; at < p.pixels; at += 64u) {
    smallest = min(smallest, x[base + at]);
    greatest = max(greatest, x[base + at]);
  }
  low[lane] = smallest;
  high[lane] = greatest;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) {
      low[lane] = min(low[lane], low[lane + half]);
      high[lane] = max(high[lane], high[lane + half]);
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    range[2u * n] = low[0];
    range[2u * n + 1u] = high[0];
  }
}
