// 2x2 maximum, stride 2, with argmax (layout in pool/store_block.wgsl).
//   x  planes x height x width,  y  planes x floor(height/2) x floor(width/2), "="
// RELU: y = max(y, 0). An invocation a 4x4 block of x, blocks of a row fastest.
override RELU: bool = false;
const POOL = true;
const UNPOOL = false;

struct Parameters { planes: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(3) var<uniform> p: Parameters;

fn source(at: u32) -> f32 {
  return x[at];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let rows = (p.height + 3u) / 4u;
  let columns = (p.width + 3u) / 4u;
  if (index >= p.planes * rows * columns) { return; }
  let plane = index / (rows * columns);
  let ti = (index / columns) % rows;
  let tj = index % columns;
  let i = i32(4u * ti);
  let j = i32(4u * tj);
  let a = quad(plane, i, j, p.height, p.width);
  let b = quad(plane, i, j + 2, p.height, p.width);
  let c = quad(plane, i + 2, j, p.height, p.width);
  let d = quad(plane, i + 2, j + 2, p.height, p.width);
  store_block(plane, ti, tj, p.height, p.width, vec4f(a.xy, b.xy), vec4f(a.zw, b.zw), vec4f(c.xy, d.xy), vec4f(c.zw, d.zw));
}
