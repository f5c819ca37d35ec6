// Stretches each image to [0, 2] in place: x = (x - smallest) / (greatest - smallest) * 2; a flat image becomes 0.
//   x  samples x pixels,  range  samples x 2 (augmentation/range.wgsl).  An invocation a pixel.
// Flat means that the image's values differ by no more than rounding: resampling and powers leave an error of up to 3e-6 of the value before
// the offset, which is at most |value| + 0.1. One grey level of a photograph is a hundred times as much, or more.
struct Parameters { samples: u32, pixels: u32 }
@group(0) @binding(0) var<storage, read> range: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.samples * p.pixels) { return; }
  let n = index / p.pixels;
  let smallest = range[2u * n];
  let greatest = range[2u * n + 1u];
  let extent = greatest - smallest;
  let flat = 1e-5 * max(0.1, max(abs(smallest), abs(greatest)));
  x[index] = select(0.0, (x[index] - smallest) / extent * 2.0, extent > flat);
}
