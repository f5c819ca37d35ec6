// Where winograd/output takes the products from: a storage buffer. The other way, with the same numbers: loads/output_textures.wgsl.
@group(0) @binding(0) var<storage, read> m: array<Stored4>;

fn load_m(at: u32) -> vec4f {
  return vec4f(m[at]);
}
