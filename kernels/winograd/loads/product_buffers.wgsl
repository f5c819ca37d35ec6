// Where winograd/product takes its operands from: storage buffers. The other way, with the same numbers: loads/product_textures.wgsl.
@group(0) @binding(0) var<storage, read> a: array<Operand4>;
@group(0) @binding(1) var<storage, read> b: array<Operand4>;

fn length_of_a() -> u32 {
  return arrayLength(&a);
}

fn load_a(at: u32) -> vec4f {
  return vec4f(a[at]);
}

fn load_b(at: u32) -> vec4f {
  return vec4f(b[at]);
}
