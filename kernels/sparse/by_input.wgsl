// Gradient of a "same" 5x5 correlation by its input, of a gradient that is 0 but at a few places of each plane:
//   y[n, i + r, j + s, c] = sum over k and cells of dy[n, k, cell] * w[k, c, r, s],  i and j from argmax[n, k, cell]
//   dy      images x outputs x cells, float32
//   argmax  u32, as dy: the place i * width + j within the plane
//   w       outputs x 25 x fours, vec4, channels last (sparse/taps.wgsl), as a texture
//   y       images x (height + 4) x (width + 4) x fours, vec4, "=", with a halo that the gradient does not need
// An invocation makes all of an image for four channels, channels fastest, and adds in the order of k and cells: a loop over
// all pixels, then one over outputs, their cells, and five rounds or none. Ends of loops are no plain parameters, for the reason given in
// winograd/product.wgsl.
struct Parameters { images: u32, inputs: u32, outputs: u32, height: u32, width: u32, cells: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> argmax: array<u32>;
@group(0) @binding(2) var w: texture_2d<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> p: Parameters;

// Four channels of a tap.
fn channels(at: u32) -> vec4f {
  return textureLoad(w, texel(at), 0);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let fours = (p.inputs + 3u) / 4u;
  if (index >= p.images * fours) { return; }
  let n = index / fours;
  let four = index % fours;
  let columns = p.width + 4u;
  let pixels = min((p.height + 4u) * columns, arrayLength(&y));
  let outputs = min(p.outputs, arrayLength(&dy));
  let cells = min(p.cells, arrayLength(&dy));
  for (var pixel = 0u; pixel < pixels; pixel++) { y[(n * pixels + pixel) * fours + four] = vec4f(); }
  for (var k = 0u; k < outputs; k++) {
    for (var cell = 0u; cell < cells; cell++) {
      let place = (n * p.outputs + k) * p.cells + cell;
      let g = vec4f(dy[place]);
      let pixel = argmax[place];
      var at = (n * pixels + (pixel / p.width) * columns + pixel % p.width) * fours + four;
      var tap = k * 25u * fours + four;
      // No round where the gradient is 0, as after dropout and ReLU.
      for (var r = select(5u, 0u, g.x != 0.0); r < 5u; r++) {
        y[at] = fma(g, channels(tap), y[at]);
        y[at + fours] = fma(g, channels(tap + fours), y[at + fours]);
        y[at + 2u * fours] = fma(g, channels(tap + 2u * fours), y[at + 2u * fours]);
        y[at + 3u * fours] = fma(g, channels(tap + 3u * fours), y[at + 3u * fours]);
        y[at + 4u * fours] = fma(g, channels(tap + 4u * fours), y[at + 4u * fours]);
        at += columns * fours;
        tap += 5u * fours;
      }
    }
  }
}
