// A matrix product with strides, enough for a dense layer and its gradients:
//   z[i, j] (+)= sum over d of a[i * a_row + d * a_depth] * b[j * b_column + d * b_depth]  (+ bias[j])
// Forward x W^T + bias, gradient by input dy W, gradient by weight dy^T x: dense/mod.ts sets the strides.
//   z  rows x columns. BIAS adds bias[j], RELU makes negatives 0, ACCUMULATE adds to z.
// An invocation makes 4 x 4 of z, columns fastest.
override BIAS: bool = false;
override RELU: bool = false;
override ACCUMULATE: bool = false;

struct Parameters {
  rows: u32, columns: u32, depth: u32, a_row: u32, a_depth: u32, b_column: u32, b_depth: u32,
}
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> z: array<f32>;
@group(0) @binding(4) var<uniform> p: Parameters;

fn store(i: u32, j: u32, sum: f32) {
  if (i >= p.rows || j >= p.columns) { return; }
  let at = i * p.columns + j;
  var value = sum;
  if (BIAS) { value += bias[j]; }
  if (ACCUMULATE) { value += z[at]; }
  if (RELU) { value = max(value, 0.0); }
  z[at] = value;
}

fn store_row(i: u32, j: u32, row: vec4f) {
  store(i, j, row.x);
  store(i, j + 1u, row.y);
  store(i, j + 2u, row.z);
  store(i, j + 3u, row.w);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let tile_columns = (p.columns + 3u) / 4u;
  if (index >= tile_columns * ((p.rows + 3u) / 4u)) { return; }
  let i = 4u * (index / tile_columns);
  let j = 4u * (index % tile_columns);
  // Rows and columns past the end repeat the last one; they are not stored.
  let i4 = min(vec4u(i, i + 1u, i + 2u, i + 3u), vec4u(p.rows - 1u)) * p.a_row;
  let j4 = min(vec4u(j, j + 1u, j + 2u, j + 3u), vec4u(p.columns - 1u)) * p.b_column;
  var r0 = vec4f();
  var r1 = vec4f();
  var r2 = vec4f();
  var r3 = vec4f();
  for (var d = 0u; d < p.depth; d++) {
    let at_a = i4 + vec4u(d * p.a_depth);
    let at_b = j4 + vec4u(d * p.b_depth);
    let right = vec4f(b[at_b.x], b[at_b.y], b[at_b.z], b[at_b.w]);
    r0 += a[at_a.x] * right;
    r1 += a[at_a.y] * right;
    r2 += a[at_a.z] * right;
    r3 += a[at_a.w] * right;
  }
  store_row(i, j, r0);
  store_row(i + 1u, j, r1);
  store_row(i + 2u, j, r2);
  store_row(i + 3u, j, r3);
}
