// Where a buffer's four floats are in its texture (gpu/buffer.ts): 1,024 texels a row, row after row. Put behind the kernels that read one.
// A texel is read without a detour on Mesa's software driver, which moves each lane's number through memory when it reads a buffer: a third
// of the time on a CPU without AVX-512, and a little less with it.

fn texel(at: u32) -> vec2u {
  return vec2u(at % 1024u, at / 1024u);
}
