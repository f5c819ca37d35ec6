// Counter-based random numbers: a hash of four words to four words, with no state to carry.
// Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020 (pcg4d).
// Every draw in the project is pcg4d(seed, step, sample, purpose); random/mod.ts has the same function and the purposes.
// This file is put behind the kernels that draw; it declares no binding.

fn pcg4d(key: vec4u) -> vec4u {
  var v = key * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}

// Uniform in [0, 1): the upper 24 bits, so that every value is exact in float32.
fn unit(bits: u32) -> f32 {
  return f32(bits >> 8u) * 5.9604644775390625e-8;
}
