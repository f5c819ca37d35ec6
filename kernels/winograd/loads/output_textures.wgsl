// Where winograd/output takes the products from: a texture, a copy of the buffer (texture/texel.wgsl).
@group(0) @binding(0) var m: texture_2d<f32>;

fn load_m(at: u32) -> vec4f {
  return textureLoad(m, texel(at), 0);
}
