// How the transforms store tiles, filters and products: as float32, and as they are. The other way: transform_float16.wgsl.
alias Stored = f32;
alias Stored4 = vec4f;

fn first_scaled(value: f32) -> f32 {
  return value;
}

fn second_scaled(value: f32) -> f32 {
  return value;
}

fn unscale() -> f32 {
  return 1.0;
}
