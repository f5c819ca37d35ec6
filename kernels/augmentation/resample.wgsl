// Augments images: mirror, then one bilinear resampling (rotation, scale, shift), then intensity.
//   source = c + t + s R(angle) (out - c), c = S/2 in pixel indices, R turns (down, right) by angle; pixels outside count as 0;
//   v = v ^ exponent * factor + offset, on v in [0, 2].  augmentation/range.wgsl and rescale.wgsl do the min-max that follows.
//   x      samples x S x S in [0, 2],  draws  samples x 8 (augmentation/draw.wgsl),  y  samples x S x S, "="
// An invocation a pixel.
struct Parameters { samples: u32, image_size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> draws: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> p: Parameters;

fn source(sample: u32, i: i32, j: i32, mirror: bool) -> f32 {
  let size = i32(p.image_size);
  if (i < 0 || j < 0 || i >= size || j >= size) { return 0.0; }
  let column = select(j, size - 1 - j, mirror);
  return x[(sample * p.image_size + u32(i)) * p.image_size + u32(column)];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let area = p.image_size * p.image_size;
  if (index >= p.samples * area) { return; }
  let n = index / area;
  let center = 0.5 * f32(p.image_size);
  let down = f32((index % area) / p.image_size) - center;
  let right = f32(index % p.image_size) - center;
  let mirror = draws[8u * n] > 0.5;
  let turn_cos = cos(draws[8u * n + 1u]);
  let turn_sin = sin(draws[8u * n + 1u]);
  let scale = draws[8u * n + 2u];
  let at = vec2f(
    center + draws[8u * n + 3u] + scale * (turn_cos * down - turn_sin * right),
    center + draws[8u * n + 4u] + scale * (turn_sin * down + turn_cos * right),
  );
  let corner = floor(at);
  let part = at - corner;
  let i = i32(corner.x);
  let j = i32(corner.y);
  let upper = mix(source(n, i, j, mirror), source(n, i, j + 1, mirror), part.y);
  let lower = mix(source(n, i + 1, j, mirror), source(n, i + 1, j + 1, mirror), part.y);
  let value = mix(upper, lower, part.x);
  // pow(0, e) is 0 for every e > 0 here, but the function may go by logarithms.
  let raised = select(0.0, pow(value, draws[8u * n + 5u]), value > 0.0);
  y[index] = raised * draws[8u * n + 6u] + draws[8u * n + 7u];
}
