// Where a buffer's floats are in its texture (gpu/buffer.ts): 4,096 a row, four or one a texel, row after row. Put behind the kernels that read one.
// Mesa's software driver reads a texel without a detour. From a buffer it moves each lane's number through memory, which takes several times
// as long on a processor without AVX-512.

// Of a texture of four floats a texel.
fn texel(at: u32) -> vec2u {
  return vec2u(at % 1024u, at / 1024u);
}

// Of a texture of one.
fn texel_of_one(at: u32) -> vec2u {
  return vec2u(at % 4096u, at / 4096u);
}
