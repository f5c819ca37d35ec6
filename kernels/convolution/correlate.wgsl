// "Same" correlation, stride 1, zero padding, odd filter side F, P = (F - 1) / 2, NCHW float32, by direct summation:
//   y[n, k, i, j] = sum over c, r, s of W(k, c, r, s) * x[n, c, i + r - P, j + s - P]
// Forward:                      W(k, c, r, s) = w[k, c, r, s].
// FLIP, the gradient by input:  W(k, c, r, s) = w[c, k, F-1-r, F-1-s], x is dy and y is dx.
// RELU, POOL: y = relu(maxpool2x2(...)) and argmax is written (pool/store_block.wgsl). UNPOOL: x is a pooled gradient with its argmax.
//   x      images x inputs x height x width     (pooled: height/2 x width/2), from a buffer or its texture (loads/x_*.wgsl)
//   w      outputs x inputs x F x F             (FLIP: inputs x outputs x F x F)
//   y      images x outputs x height x width    (pooled likewise), written with "="
// An invocation makes 4 channels x 4 rows x 8 columns, columns of tiles fastest, then rows, channels, images. A window of 8 pixels
// slides along each row, so that a tap costs one new load a row. Each channel's F*F products are summed apart before they join the total:
// shorter sums of like size round less (a third of the error of one long sum over 128 channels), and fewer near-ties in the pooling tip over.
override RELU: bool = false;
override POOL: bool = false;
override UNPOOL: bool = false;
override FLIP: bool = false;

struct Parameters { images: u32, inputs: u32, outputs: u32, height: u32, width: u32, filter_side: u32 }
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> argmax: array<u32>;
@group(0) @binding(4) var<uniform> p: Parameters;

fn source(at: u32) -> f32 {
  return load_x(at);
}

struct Window { low: vec4f, high: vec4f }

fn value(plane: u32, i: i32, j: i32) -> f32 {
  if (!UNPOOL) { return pixel(plane, i, j, p.height, p.width); }
  let four = quad(plane, i & -2, j & -2, p.height, p.width);
  let lower = select(four.xy, four.zw, (i & 1) == 1);
  return select(lower.x, lower.y, (j & 1) == 1);
}

fn window(plane: u32, i: i32, j: i32) -> Window {
  // One place is left free at the front: the first slide fills the last.
  return Window(
    vec4f(0.0, value(plane, i, j), value(plane, i, j + 1), value(plane, i, j + 2)),
    vec4f(value(plane, i, j + 3), value(plane, i, j + 4), value(plane, i, j + 5), value(plane, i, j + 6)),
  );
}

fn slide(v: Window, next: f32) -> Window {
  return Window(vec4f(v.low.yzw, v.high.x), vec4f(v.high.yzw, next));
}

fn weight(k: u32, c: u32, r: u32, s: u32) -> f32 {
  let f = p.filter_side;
  if (k >= p.outputs) { return 0.0; }
  if (FLIP) { return w[((c * p.outputs + k) * f + f - 1u - r) * f + f - 1u - s]; }
  return w[((k * p.inputs + c) * f + r) * f + s];
}

// sum + the outer product: columns are pixels, rows are channels.
fn add(sum: mat4x4f, channels: vec4f, pixels: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(channels, vec4f(pixels.x), sum[0]),
    fma(channels, vec4f(pixels.y), sum[1]),
    fma(channels, vec4f(pixels.z), sum[2]),
    fma(channels, vec4f(pixels.w), sum[3]),
  );
}

fn store(plane: u32, k: u32, ti: u32, tj: u32, r0: mat4x4f, r1: mat4x4f, r2: mat4x4f, r3: mat4x4f) {
  let a = transpose(r0);
  let b = transpose(r1);
  let c = transpose(r2);
  let d = transpose(r3);
  store_block(plane, ti, tj, p.height, p.width, a[0], b[0], c[0], d[0]);
  if (k + 1u < p.outputs) { store_block(plane + 1u, ti, tj, p.height, p.width, a[1], b[1], c[1], d[1]); }
  if (k + 2u < p.outputs) { store_block(plane + 2u, ti, tj, p.height, p.width, a[2], b[2], c[2], d[2]); }
  if (k + 3u < p.outputs) { store_block(plane + 3u, ti, tj, p.height, p.width, a[3], b[3], c[3], d[3]); }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns = (p.width + 7u) / 8u;
  let rows = (p.height + 3u) / 4u;
  let channel_groups = (p.outputs + 3u) / 4u;
  var index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= columns * rows * channel_groups * p.images) { return; }
  let tj = index % columns;
  index /= columns;
  let ti = index % rows;
  index /= rows;
  let k = 4u * (index % channel_groups);
  let n = index / channel_groups;
  let half = i32(p.filter_side / 2u);
  let i0 = i32(4u * ti) - half;
  let j0 = i32(8u * tj) - half;

  var low0 = mat4x4f();
  var low1 = mat4x4f();
  var low2 = mat4x4f();
  var low3 = mat4x4f();
  var high0 = mat4x4f();
  var high1 = mat4x4f();
  var high2 = mat4x4f();
  var high3 = mat4x4f();
  for (var c = 0u; c < p.inputs; c++) {
    let plane = n * p.inputs + c;
    var part_low0 = mat4x4f();
    var part_low1 = mat4x4f();
    var part_low2 = mat4x4f();
    var part_low3 = mat4x4f();
    var part_high0 = mat4x4f();
    var part_high1 = mat4x4f();
    var part_high2 = mat4x4f();
    var part_high3 = mat4x4f();
    for (var r = 0u; r < p.filter_side; r++) {
      let i = i0 + i32(r);
      var v0 = window(plane, i, j0);
      var v1 = window(plane, i + 1, j0);
      var v2 = window(plane, i + 2, j0);
      var v3 = window(plane, i + 3, j0);
      for (var s = 0u; s < p.filter_side; s++) {
        let j = j0 + i32(s) + 7;
        v0 = slide(v0, value(plane, i, j));
        v1 = slide(v1, value(plane, i + 1, j));
        v2 = slide(v2, value(plane, i + 2, j));
        v3 = slide(v3, value(plane, i + 3, j));
        let taps = vec4f(weight(k, c, r, s), weight(k + 1u, c, r, s), weight(k + 2u, c, r, s), weight(k + 3u, c, r, s));
        part_low0 = add(part_low0, taps, v0.low);
        part_low1 = add(part_low1, taps, v1.low);
        part_low2 = add(part_low2, taps, v2.low);
        part_low3 = add(part_low3, taps, v3.low);
        part_high0 = add(part_high0, taps, v0.high);
        part_high1 = add(part_high1, taps, v1.high);
        part_high2 = add(part_high2, taps, v2.high);
        part_high3 = add(part_high3, taps, v3.high);
      }
    }
    low0 += part_low0;
    low1 += part_low1;
    low2 += part_low2;
    low3 += part_low3;
    high0 += part_high0;
    high1 += part_high1;
    high2 += part_high2;
    high3 += part_high3;
  }
  let plane = n * p.outputs + k;
  store(plane, k, ti, 2u * tj, low0, low1, low2, low3);
  store(plane, k, ti, 2u * tj + 1u, high0, high1, high2, high3);
}
