// Inverted dropout in place: x[n, u] becomes 0 with probability `rate`, else x / (1 - rate). Forward on the values, backward on their
// gradient: the mask is a function of (seed, step, sample, unit) and is drawn again.
//   x  samples x units; sample n of the batch is first_sample + n
//   Unit u takes word u mod 4 of pcg4d(seed, step, sample, purpose + 256 * floor(u / 4)); it is kept where unit(word) >= rate.
// An invocation four units. Wants random/pcg4d.wgsl.
struct Parameters { samples: u32, units: u32, first_sample: u32, seed: u32, purpose: u32, rate: f32 }
@group(0) @binding(0) var<storage, read> clock: array<u32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

fn drop(at: u32, word: u32) {
  x[at] = select(0.0, x[at] / (1.0 - p.rate), unit(word) >= p.rate);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let fours = (p.units + 3u) / 4u;
  if (index >= p.samples * fours) { return; }
  let n = index / fours;
  let block = index % fours;
  let words = pcg4d(vec4u(p.seed, clock[0], p.first_sample + n, p.purpose + 256u * block));
  let u = 4u * block;
  let at = n * p.units + u;
  drop(at, words.x);
  if (u + 1u < p.units) { drop(at + 1u, words.y); }
  if (u + 2u < p.units) { drop(at + 2u, words.z); }
  if (u + 3u < p.units) { drop(at + 3u, words.w); }
}
