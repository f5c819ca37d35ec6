// Draws a batch uniformly with replacement from a list of rows.
//   rows        u32: which images of the dataset may be drawn, `count` of them
//   all_labels  i32: the label of every image of the dataset
//   index, labels  u32, one a sample of the batch: the image drawn and its label, "="
// Sample n takes word x of pcg4d(seed, step, n, purpose), modulo count. An invocation a sample. Wants random/pcg4d.wgsl.
struct Parameters { seed: u32, purpose: u32, batch: u32, count: u32 }
@group(0) @binding(0) var<storage, read> clock: array<u32>;
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(2) var<storage, read> all_labels: array<i32>;
@group(0) @binding(3) var<storage, read_write> index: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels: array<u32>;
@group(0) @binding(5) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = (group.y * groups.x + group.x) * 64u + lane;
  if (n >= p.batch) { return; }
  let row = rows[pcg4d(vec4u(p.seed, clock[0], n, p.purpose)).x % p.count];
  index[n] = row;
  labels[n] = u32(all_labels[row]);
}
