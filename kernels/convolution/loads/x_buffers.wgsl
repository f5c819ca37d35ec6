// Where direct summation takes x from: a storage buffer. The other way, with the same numbers: x_textures.wgsl.
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn load_x(at: u32) -> f32 {
  return x[at];
}
