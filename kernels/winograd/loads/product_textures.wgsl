// Where winograd/product takes its operands from: textures, copies of the buffers (texture/texel.wgsl).
@group(0) @binding(0) var a: texture_2d<f32>;
@group(0) @binding(1) var b: texture_2d<f32>;

fn length_of_a() -> u32 {
  return textureDimensions(a).y * 1024u;
}

fn load_a(at: u32) -> vec4f {
  return textureLoad(a, texel(at), 0);
}

fn load_b(at: u32) -> vec4f {
  return textureLoad(b, texel(at), 0);
}
