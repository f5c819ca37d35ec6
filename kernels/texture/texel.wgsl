// Where a buffer's floats are in its texture (gpu/buffer.ts): 4,096 a row, four or one a texel, row after row. Put behind the kernels that read one.
// A texel is read without a detour on Mesa's software driver, which moves each lane's number through memory when it reads a buffer: a third
// of the time on a CPU without AVX-512, and a little less with it.

// Of a texture of four floats a texel.
fn texel(at: u32) -> vec2u {
  return vec2u(at % 1024u, at / 1024u);
}

// Of a texture of one.
fn texel_of_one(at: u32) -> vec2u {
  return vec2u(at % 4096u, at / 4096u);
}
