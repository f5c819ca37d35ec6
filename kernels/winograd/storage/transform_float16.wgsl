// How the transforms store tiles, filters and products: as float16, what goes in scaled by powers of two (winograd/scale.wgsl), so that
// nothing overflows and the largest values keep their digits. The other way: transform_float32.wgsl.
// Wants: binding scales, the input's, the other operand's, and the reciprocals of both.
alias Stored = f16;
alias Stored4 = vec4<f16>;

fn first_scaled(value: f32) -> f32 {
  return value * scales[0];
}

fn second_scaled(value: f32) -> f32 {
  return value * scales[1];
}

fn unscale() -> f32 {
  return scales[2] * scales[3];
}
