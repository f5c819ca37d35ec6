// 64 matrix products at once, one for each element of the 8x8 tiles:  z[e] = a[e]^T b[e]
//   a  64 x depth x rows,  b  64 x depth x columns,  z  64 x rows x columns, written with "=" (ACCUMULATE: "+=")
// Stored as float32 or float16 (storage/product_*.wgsl), summed in float32. Rows are multiples of 32 and columns of 16 (the transforms pad
// with zeros), so that nothing is checked here. a and b come from buffers or from textures (loads/*.wgsl): the sums and their order are the same.
// An invocation makes 32 x 16 of z in 32 named 4x4 matrices, no workgroup memory: on a software adapter a load costs as much as many
// multiply-adds. Measured there: a seventh faster than 16 x 16, which compiles in half the time; 32 x 8 and 8 x 16 are a fifth slower.
// winograd/product_tiled.wgsl is for GPUs.
// The loop's end is no plain parameter: Mesa's lavapipe compiles a loop anew for the parameters of every dispatch when it can, and keeps
// what it has compiled (22.3: half a megabyte each time, for loops too long to be unrolled).
override ACCUMULATE: bool = false;

struct Parameters { depth: u32, rows: u32, columns: u32 }
@group(0) @binding(2) var<storage, read_write> z: array<Result4>;
@group(0) @binding(3) var<uniform> p: Parameters;

// sum + the outer product: column i of a matrix is row i of the product.
fn add(sum: mat4x4f, rows: vec4f, columns: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(rows.x), columns, sum[0]),
    fma(vec4f(rows.y), columns, sum[1]),
    fma(vec4f(rows.z), columns, sum[2]),
    fma(vec4f(rows.w), columns, sum[3]),
  );
}

fn put(at: u32, value: vec4f) {
  z[at] = Result4(select(value, value + vec4f(z[at]), vec4<bool>(ACCUMULATE)));
}

fn store(at: u32, row: u32, m: mat4x4f) {
  put(at, m[0]);
  put(at + row, m[1]);
  put(at + 2u * row, m[2]);
  put(at + 3u * row, m[3]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let depth = min(p.depth, length_of_a());
  let row_tiles = p.rows / 32u;
  let column_tiles = p.columns / 16u;
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= 64u * row_tiles * column_tiles) { return; }
  let tile_column = index % column_tiles;
  let tile_row = (index / column_tiles) % row_tiles;
  let element = index / (column_tiles * row_tiles);
  var at_a = (element * p.depth * p.rows + 32u * tile_row) / 4u;
  var at_b = (element * p.depth * p.columns + 16u * tile_column) / 4u;
  var m00 = mat4x4f();
  var m01 = mat4x4f();
  var m02 = mat4x4f();
  var m03 = mat4x4f();
  var m10 = mat4x4f();
  var m11 = mat4x4f();
  var m12 = mat4x4f();
  var m13 = mat4x4f();
  var m20 = mat4x4f();
  var m21 = mat4x4f();
  var m22 = mat4x4f();
  var m23 = mat4x4f();
  var m30 = mat4x4f();
  var m31 = mat4x4f();
  var m32 = mat4x4f();
  var m33 = mat4x4f();
  var m40 = mat4x4f();
  var m41 = mat4x4f();
  var m42 = mat4x4f();
  var m43 = mat4x4f();
  var m50 = mat4x4f();
  var m51 = mat4x4f();
  var m52 = mat4x4f();
  var m53 = mat4x4f();
  var m60 = mat4x4f();
  var m61 = mat4x4f();
  var m62 = mat4x4f();
  var m63 = mat4x4f();
  var m70 = mat4x4f();
  var m71 = mat4x4f();
  var m72 = mat4x4f();
  var m73 = mat4x4f();
  for (var d = 0u; d < depth; d++) {
    let a0 = load_a(at_a);
    let a1 = load_a(at_a + 1u);
    let a2 = load_a(at_a + 2u);
    let a3 = load_a(at_a + 3u);
    let a4 = load_a(at_a + 4u);
    let a5 = load_a(at_a + 5u);
    let a6 = load_a(at_a + 6u);
    let a7 = load_a(at_a + 7u);
    let b0 = load_b(at_b);
    let b1 = load_b(at_b + 1u);
    let b2 = load_b(at_b + 2u);
    let b3 = load_b(at_b + 3u);
    m00 = add(m00, a0, b0);
    m01 = add(m01, a0, b1);
    m02 = add(m02, a0, b2);
    m03 = add(m03, a0, b3);
    m10 = add(m10, a1, b0);
    m11 = add(m11, a1, b1);
    m12 = add(m12, a1, b2);
    m13 = add(m13, a1, b3);
    m20 = add(m20, a2, b0);
    m21 = add(m21, a2, b1);
    m22 = add(m22, a2, b2);
    m23 = add(m23, a2, b3);
    m30 = add(m30, a3, b0);
    m31 = add(m31, a3, b1);
    m32 = add(m32, a3, b2);
    m33 = add(m33, a3, b3);
    m40 = add(m40, a4, b0);
    m41 = add(m41, a4, b1);
    m42 = add(m42, a4, b2);
    m43 = add(m43, a4, b3);
    m50 = add(m50, a5, b0);
    m51 = add(m51, a5, b1);
    m52 = add(m52, a5, b2);
    m53 = add(m53, a5, b3);
    m60 = add(m60, a6, b0);
    m61 = add(m61, a6, b1);
    m62 = add(m62, a6, b2);
    m63 = add(m63, a6, b3);
    m70 = add(m70, a7, b0);
    m71 = add(m71, a7, b1);
    m72 = add(m72, a7, b2);
    m73 = add(m73, a7, b3);
    at_a += p.rows / 4u;
    at_b += p.columns / 4u;
  }
  let row = p.columns / 4u;
  let at = ((element * p.rows + 32u * tile_row) * p.columns + 16u * tile_column) / 4u;
  store(at + 0u * row + 0u, row, m00);
  store(at + 0u * row + 1u, row, m01);
  store(at + 0u * row + 2u, row, m02);
  store(at + 0u * row + 3u, row, m03);
  store(at + 4u * row + 0u, row, m10);
  store(at + 4u * row + 1u, row, m11);
  store(at + 4u * row + 2u, row, m12);
  store(at + 4u * row + 3u, row, m13);
  store(at + 8u * row + 0u, row, m20);
  store(at + 8u * row + 1u, row, m21);
  store(at + 8u * row + 2u, row, m22);
  store(at + 8u * row + 3u, row, m23);
  store(at + 12u * row + 0u, row, m30);
  store(at + 12u * row + 1u, row, m31);
  store(at + 12u * row + 2u, row, m32);
  store(at + 12u * row + 3u, row, m33);
  store(at + 16u * row + 0u, row, m40);
  store(at + 16u * row + 1u, row, m41);
  store(at + 16u * row + 2u, row, m42);
  store(at + 16u * row + 3u, row, m43);
  store(at + 20u * row + 0u, row, m50);
  store(at + 20u * row + 1u, row, m51);
  store(at + 20u * row + 2u, row, m52);
  store(at + 20u * row + 3u, row, m53);
  store(at + 24u * row + 0u, row, m60);
  store(at + 24u * row + 1u, row, m61);
  store(at + 24u * row + 2u, row, m62);
  store(at + 24u * row + 3u, row, m63);
  store(at + 28u * row + 0u, row, m70);
  store(at + 28u * row + 1u, row, m71);
  store(at + 28u * row + 2u, row, m72);
  store(at + 28u * row + 3u, row, m73);
}
