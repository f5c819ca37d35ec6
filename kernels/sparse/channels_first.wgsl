// Back from sparse/channels_last.wgsl, without the halo: y[n, c, i, j] = x[n, i + 2, j + 2, c].
//   x  images x (height + 4) x (width + 4) x 4 ceil(channels / 4), float32
//   y  images x channels x height x width, "="
// An invocation an element of y.
struct Parameters { images: u32, channels: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.images * p.channels * p.height * p.width) { return; }
  let j = index % p.width;
  let i = (index / p.width) % p.height;
  let c = (index / (p.width * p.height)) % p.channels;
  let n = index / (p.width * p.height * p.channels);
  let pixel = (n * (p.height + 4u) + i + 2u) * (p.width + 4u) + j + 2u;
  y[index] = x[pixel * 4u * ((p.channels + 3u) / 4u) + c];
}
