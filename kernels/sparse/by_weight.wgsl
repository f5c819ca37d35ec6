// Gradient of a "same" 5x5 correlation by its weights, of a gradient that is 0 but at a few places of each plane:
//   dw[k, c, r, s] (+)= sum over n and cells of dy[n, k, cell] * x[n, c, i + r - 2, j + s - 2],  i and j from argmax[n, k, cell]
//   x       images x (height + 4) x (width + 4) x fours, vec4, channels last with a halo (sparse/channels_last.wgsl), as a texture
//   dy      images x outputs x cells, float32
//   argmax  u32, as dy: the place i * width + j within the plane
//   dw      outputs x inputs x 5 x 5; ACCUMULATE: "+=" instead of "="
// An invocation makes the 25 taps of one filter for four input channels, inputs fastest, in a loop over images, their cells, and one
// round or none. Ends of loops are no plain parameters, for the reason given in winograd/product.wgsl.
override ACCUMULATE: bool = false;

struct Parameters { images: u32, inputs: u32, outputs: u32, height: u32, width: u32, cells: u32 }
@group(0) @binding(0) var x: texture_2d<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> argmax: array<u32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;
@group(0) @binding(4) var<uniform> p: Parameters;

// Four channels of a pixel.
fn channels(at: u32) -> vec4f {
  return textureLoad(x, texel(at), 0);
}

fn put_one(at: u32, value: f32) {
  dw[at] = select(value, value + dw[at], ACCUMULATE);
}

fn put(at: u32, c: u32, value: vec4f) {
  put_one(at, value.x);
  if (c + 1u < p.inputs) { put_one(at + 25u, value.y); }
  if (c + 2u < p.inputs) { put_one(at + 50u, value.z); }
  if (c + 3u < p.inputs) { put_one(at + 75u, value.w); }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let fours = (p.inputs + 3u) / 4u;
  if (index >= p.outputs * fours) { return; }
  let k = index / fours;
  let four = index % fours;
  let columns = p.width + 4u;
  let images = min(p.images, arrayLength(&dy));
  let cells = min(p.cells, arrayLength(&dy));
  var t00 = vec4f();
  var t01 = vec4f();
  var t02 = vec4f();
  var t03 = vec4f();
  var t04 = vec4f();
  var t10 = vec4f();
  var t11 = vec4f();
  var t12 = vec4f();
  var t13 = vec4f();
  var t14 = vec4f();
  var t20 = vec4f();
  var t21 = vec4f();
  var t22 = vec4f();
  var t23 = vec4f();
  var t24 = vec4f();
  var t30 = vec4f();
  var t31 = vec4f();
  var t32 = vec4f();
  var t33 = vec4f();
  var t34 = vec4f();
  var t40 = vec4f();
  var t41 = vec4f();
  var t42 = vec4f();
  var t43 = vec4f();
  var t44 = vec4f();
  for (var n = 0u; n < images; n++) {
    for (var cell = 0u; cell < cells; cell++) {
      let place = (n * p.outputs + k) * p.cells + cell;
      let g = vec4f(dy[place]);
      // A loop of one round or none: a software adapter jumps over it, while it walks through an "if" with all lanes off.
      for (var once = select(1u, 0u, g.x != 0.0); once < 1u; once++) {
        let pixel = argmax[place];
        let row0 = ((n * (p.height + 4u) + pixel / p.width) * columns + pixel % p.width) * fours + four;
        let row1 = row0 + columns * fours;
        let row2 = row1 + columns * fours;
        let row3 = row2 + columns * fours;
        let row4 = row3 + columns * fours;
        t00 = fma(g, channels(row0), t00);
        t01 = fma(g, channels(row0 + fours), t01);
        t02 = fma(g, channels(row0 + 2u * fours), t02);
        t03 = fma(g, channels(row0 + 3u * fours), t03);
        t04 = fma(g, channels(row0 + 4u * fours), t04);
        t10 = fma(g, channels(row1), t10);
        t11 = fma(g, channels(row1 + fours), t11);
        t12 = fma(g, channels(row1 + 2u * fours), t12);
        t13 = fma(g, channels(row1 + 3u * fours), t13);
        t14 = fma(g, channels(row1 + 4u * fours), t14);
        t20 = fma(g, channels(row2), t20);
        t21 = fma(g, channels(row2 + fours), t21);
        t22 = fma(g, channels(row2 + 2u * fours), t22);
        t23 = fma(g, channels(row2 + 3u * fours), t23);
        t24 = fma(g, channels(row2 + 4u * fours), t24);
        t30 = fma(g, channels(row3), t30);
        t31 = fma(g, channels(row3 + fours), t31);
        t32 = fma(g, channels(row3 + 2u * fours), t32);
        t33 = fma(g, channels(row3 + 3u * fours), t33);
        t34 = fma(g, channels(row3 + 4u * fours), t34);
        t40 = fma(g, channels(row4), t40);
        t41 = fma(g, channels(row4 + fours), t41);
        t42 = fma(g, channels(row4 + 2u * fours), t42);
        t43 = fma(g, channels(row4 + 3u * fours), t43);
        t44 = fma(g, channels(row4 + 4u * fours), t44);
      }
    }
  }
  let c = 4u * four;
  let at = (k * p.inputs + c) * 25u;
  put(at + 0u, c, t00);
  put(at + 1u, c, t01);
  put(at + 2u, c, t02);
  put(at + 3u, c, t03);
  put(at + 4u, c, t04);
  put(at + 5u, c, t10);
  put(at + 6u, c, t11);
  put(at + 7u, c, t12);
  put(at + 8u, c, t13);
  put(at + 9u, c, t14);
  put(at + 10u, c, t20);
  put(at + 11u, c, t21);
  put(at + 12u, c, t22);
  put(at + 13u, c, t23);
  put(at + 14u, c, t24);
  put(at + 15u, c, t30);
  put(at + 16u, c, t31);
  put(at + 17u, c, t32);
  put(at + 18u, c, t33);
  put(at + 19u, c, t34);
  put(at + 20u, c, t40);
  put(at + 21u, c, t41);
  put(at + 22u, c, t42);
  put(at + 23u, c, t43);
  put(at + 24u, c, t44);
}
