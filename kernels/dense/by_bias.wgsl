// Gradient of a dense layer by its bias: db[j] (+)= sum over rows i of dy[i, j].
//   dy  rows x columns,  db  columns; ACCUMULATE: "+=" instead of "="
// An invocation a column.
override ACCUMULATE: bool = false;

struct Parameters { rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> db: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.columns) { return; }
  var sum = 0.0;
  for (var i = 0u; i < p.rows; i++) {
    sum += dy[i * p.columns + index];
  }
  if (ACCUMULATE) { sum += db[index]; }
  db[index] = sum;
}
