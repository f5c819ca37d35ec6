// Copies drawn images out of the dataset as floats in [0, 2]: byte / 255 * 2.
//   bytes  the images first_image .. first_image + images - 1 of the dataset, four pixels a word
//   index  u32: the image of each sample; samples whose image is elsewhere (in another piece of the dataset) are left alone
//   y      samples x pixels; sample n of y is first_sample + n of the batch
// An invocation a pixel.
struct Parameters { samples: u32, pixels: u32, first_sample: u32, first_image: u32, images: u32 }
@group(0) @binding(0) var<storage, read> bytes: array<u32>;
@group(0) @binding(1) var<storage, read> index: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = (group.y * groups.x + group.x) * 64u + lane;
  if (id >= p.samples * p.pixels) { return; }
  let image = index[p.first_sample + id / p.pixels] - p.first_image; // wraps past `images` where it is before
  if (image >= p.images) { return; }
  let at = image * p.pixels + id % p.pixels;
  let byte = (bytes[at / 4u] >> (8u * (at % 4u))) & 255u;
  y[id] = f32(byte) / 255.0 * 2.0;
}
