// Gradient of a "same" correlation by its input where each image has one output alone that counts, at `position` of filter `chosen`:
//   dx[n, c, i, j] = value[n] * w[chosen[n], c, i - pi + P, j - pj + P],  0 outside the filter;  P = (F - 1) / 2
// What a by-input pass over a map of zeros with one value would give, at the price of writing its result.
//   w   filters x inputs x F x F,  value f32, chosen u32, position u32 (pi * width + pj): a word an image
//   dx  images x inputs x height x width, "="
// An invocation an element of dx.
struct Parameters { images: u32, inputs: u32, height: u32, width: u32, filter_side: u32 }
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read> chosen: array<u32>;
@group(0) @binding(2) var<storage, read> value: array<f32>;
@group(0) @binding(3) var<storage, read> position: array<u32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let area = p.height * p.width;
  if (index >= p.images * p.inputs * area) { return; }
  let n = index / (p.inputs * area);
  let c = (index / area) % p.inputs;
  let at = index % area;
  let f = p.filter_side;
  // Outside the filter the difference wraps around and is large.
  let r = at / p.width + f / 2u - position[n] / p.width;
  let s = at % p.width + f / 2u - position[n] % p.width;
  var gradient = 0.0;
  if (r < f && s < f) { gradient = value[n] * w[((chosen[n] * p.inputs + c) * f + r) * f + s]; }
  dx[index] = gradient;
}
