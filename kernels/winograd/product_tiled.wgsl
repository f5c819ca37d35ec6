// 64 matrix products at once, one for each element of the 8x8 tiles:  z[e] = a[e]^T b[e]; the same as winograd/product.wgsl, for GPUs.
//   a  64 x depth x rows,  b  64 x depth x columns,  z  64 x rows x columns, written with "=" (ACCUMULATE: "+=")
// Stored as float32 or float16 (storage/product_*.wgsl), summed in float32. Rows and columns are multiples of 16; a tile that reaches past them reads zeros and writes nothing there.
// A workgroup of 8 x 8 makes 64 x 64 of z, an invocation 8 x 8; slices of 8 along the depth pass through workgroup memory.
// Workgroups: columns / 64, rows / 64, 64 elements.
override ACCUMULATE: bool = false;

struct Parameters { depth: u32, rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> a: array<Operand4>;
@group(0) @binding(1) var<storage, read> b: array<Operand4>;
@group(0) @binding(2) var<storage, read_write> z: array<Result4>;
@group(0) @binding(3) var<uniform> p: Parameters;

var<workgroup> slice_a: array<vec4f, 128>; // 8 deep x 64 rows
var<workgroup> slice_b: array<vec4f, 128>; // 8 deep x 64 columns

// sum + the outer product: column i of a matrix is row i of the product.
fn add(sum: mat4x4f, rows: vec4f, columns: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(rows.x), columns, sum[0]),
    fma(vec4f(rows.y), columns, sum[1]),
    fma(vec4f(rows.z), columns, sum[2]),
    fma(vec4f(rows.w), columns, sum[3]),
  );
}

fn put(row: u32, column: u32, element: u32, value: vec4f) {
  if (row >= p.rows || column >= p.columns) { return; }
  let at = ((element * p.rows + row) * p.columns + column) / 4u;
  z[at] = Result4(select(value, value + vec4f(z[at]), vec4<bool>(ACCUMULATE)));
}

fn store(row: u32, column: u32, element: u32, m: mat4x4f) {
  put(row, column, element, m[0]);
  put(row + 1u, column, element, m[1]);
  put(row + 2u, column, element, m[2]);
  put(row + 3u, column, element, m[3]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row0 = 64u * group.y;
  let column0 = 64u * group.x;
  let element = group.z;
  let my_row = lane / 8u;
  let my_column = lane % 8u;
  var m00 = mat4x4f();
  var m01 = mat4x4f();
  var m10 = mat4x4f();
  var m11 = mat4x4f();
  for (var d0 = 0u; d0 < p.depth; d0 += 8u) {
    for (var part = lane; part < 128u; part += 64u) {
      let d = d0 + part / 16u;
      let row = row0 + 4u * (part % 16u);
      let column = column0 + 4u * (part % 16u);
      let in_a = d < p.depth && row < p.rows;
      let in_b = d < p.depth && column < p.columns;
      let at_a = ((element * p.depth + d) * p.rows + row) / 4u;
      let at_b = ((element * p.depth + d) * p.columns + column) / 4u;
      slice_a[part] = select(vec4f(), vec4f(a[select(0u, at_a, in_a)]), in_a);
      slice_b[part] = select(vec4f(), vec4f(b[select(0u, at_b, in_b)]), in_b);
    }
    workgroupBarrier();
    for (var d = 0u; d < 8u; d++) {
      let a0 = slice_a[16u * d + my_row];
      let a1 = slice_a[16u * d + 8u + my_row];
      let b0 = slice_b[16u * d + my_column];
      let b1 = slice_b[16u * d + 8u + my_column];
      m00 = add(m00, a0, b0);
      m01 = add(m01, a0, b1);
      m10 = add(m10, a1, b0);
      m11 = add(m11, a1, b1);
    }
    workgroupBarrier();
  }
  // Rows 4 r..4 r + 3 and 32 further on, and columns likewise: neighbours read neighbouring words of the slices.
  store(row0 + 4u * my_row, column0 + 4u * my_column, element, m00);
  store(row0 + 4u * my_row, column0 + 32u + 4u * my_column, element, m01);
  store(row0 + 32u + 4u * my_row, column0 + 4u * my_column, element, m10);
  store(row0 + 32u + 4u * my_row, column0 + 32u + 4u * my_column, element, m11);
}
