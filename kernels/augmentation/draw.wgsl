// Draws each sample's augmentation: eight numbers a sample.
//   draws  samples x 8: mirror (0 or 1), angle in radians, scale, shift down, shift right (source pixels), exponent, factor, offset, "="
// With a = pcg4d(seed, step, sample, purpose) and b = pcg4d(seed, step, sample, purpose + 256), u(.) uniform in [0, 1):
//   mirror = u(a.x) < 1/2; angle = U(-5, 5) degrees from a.y; scale s = U(0.7, 1.4) from a.z;
//   shifts U(-|d|/2, |d|/2), d = S - s S, from a.w (down) and b.x (right);
//   exponent U(0.25, 4), factor U(0.7, 1.4), offset U(-0.1, 0.1) from b.y, b.z, b.w.
// An invocation a sample. Wants random/pcg4d.wgsl.
struct Parameters { samples: u32, first_sample: u32, seed: u32, purpose: u32, image_size: u32 }
@group(0) @binding(0) var<storage, read> clock: array<u32>;
@group(0) @binding(1) var<storage, read_write> draws: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

fn between(low: f32, high: f32, word: u32) -> f32 {
  return low + (high - low) * unit(word);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.samples) { return; }
  let sample = p.first_sample + index;
  let a = pcg4d(vec4u(p.seed, clock[0], sample, p.purpose));
  let b = pcg4d(vec4u(p.seed, clock[0], sample, p.purpose + 256u));
  let size = f32(p.image_size);
  let scale = between(0.7, 1.4, a.z);
  let reach = 0.5 * abs(size - scale * size);
  let at = 8u * index;
  draws[at] = select(0.0, 1.0, unit(a.x) < 0.5);
  draws[at + 1u] = between(-5.0, 5.0, a.y) * 0.017453292519943295;
  draws[at + 2u] = scale;
  draws[at + 3u] = between(-reach, reach, a.w);
  draws[at + 4u] = between(-reach, reach, b.x);
  draws[at + 5u] = between(0.25, 4.0, b.y);
  draws[at + 6u] = between(0.7, 1.4, b.z);
  draws[at + 7u] = between(-0.1, 0.1, b.w);
}
