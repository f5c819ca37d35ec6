// Where winograd/product takes its operands from: textures, copies of the buffers with 1,024 texels of four floats a row (gpu/buffer.ts).
// Mesa's software driver loads a texel without a detour: from a buffer it moves each lane's number through memory where the CPU has no AVX-512.
@group(0) @binding(0) var a: texture_2d<f32>;
@group(0) @binding(1) var b: texture_2d<f32>;

fn length_of_a() -> u32 {
  return textureDimensions(a).y * 1024u;
}

fn load_a(at: u32) -> vec4f {
  return textureLoad(a, vec2u(at % 1024u, at / 1024u), 0);
}

fn load_b(at: u32) -> vec4f {
  return textureLoad(b, vec2u(at % 1024u, at / 1024u), 0);
}
