// Where direct summation takes x from: a texture, a copy of the buffer (texture/texel.wgsl).
@group(0) @binding(0) var x: texture_2d<f32>;

fn load_x(at: u32) -> f32 {
  return textureLoad(x, texel_of_one(at), 0).x;
}
