// The power of two by which what is stored as float16 is multiplied, in two rounds: the largest magnitudes of parts, then of those.
//   x  float32
//   y  LAST: y[first], "=", is the power of two that brings the largest of x into [factor / 4, factor / 2), y[first + 2] its reciprocal; what is
//      below 2^-50 (0 too) or above 2^50 counts as that. Else y[g] = max |x[i]| over the `part` elements from g part on, "="
// A workgroup a part, an invocation every 64th of its elements; a maximum is the same in any order.
override LAST: bool = false;

struct Parameters { count: u32, part: u32, first: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Parameters;

var<workgroup> largest: array<f32, 64>;

// value = m 2^exponent with 1 <= m < 2.
fn power_of_two(value: f32) -> f32 {
  let exponent = clamp(i32(bitcast<u32>(value) >> 23u) - 127, -50, 50);
  return bitcast<f32>(u32(127 - 2 - exponent) << 23u);
}

// Of a power of two, exactly.
fn reciprocal(power: f32) -> f32 {
  return bitcast<f32>((254u << 23u) - bitcast<u32>(power));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.y * groups.x + group.x;
  let start = index * p.part;
  if (start >= p.count) { return; }
  let end = min(start + p.part, p.count);
  var mine = 0.0;
  for (var at = start + lane; at < end; at += 64u) { mine = max(mine, abs(x[at])); }
  largest[lane] = mine;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
    workgroupBarrier();
  }
  if (lane > 0u) { return; }
  if (!LAST) {
    y[index] = largest[0];
    return;
  }
  let scale = power_of_two(largest[0]) * p.factor;
  y[p.first] = scale;
  y[p.first + 2u] = reciprocal(scale);
}
