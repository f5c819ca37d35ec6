// The strongest response of each filter in each image, and where it is: the maximum over a map after ReLU, before pooling.
//   x         images x filters x height x width;  POOLED: its 2x2 maxima (height/2 x width/2) with their argmax words (pool/store_block.wgsl)
//   value     images x filters, "=": the maximum;  position  u32, likewise: i * width + j in the map before pooling
//   chosen    CHOSEN: a filter's number for each image; then value and position hold that filter's alone, one word an image
// Ties go to the lower position. A filter that answers nowhere (no value above 0) has value 0 and position 0.
// A workgroup a map: its 64 lanes stride over the pixels, and the first of them compares what they found.
override POOLED: bool = false;
override CHOSEN: bool = false;

struct Parameters { images: u32, filters: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> argmax: array<u32>;
@group(0) @binding(2) var<storage, read> chosen: array<u32>;
@group(0) @binding(3) var<storage, read_write> value: array<f32>;
@group(0) @binding(4) var<storage, read_write> position: array<u32>;
@group(0) @binding(5) var<uniform> p: Parameters;

var<workgroup> found: array<f32, 64>;
var<workgroup> places: array<u32, 64>;

// Where in its map a stored value stands: itself, or the pixel that the 2x2 maximum came from.
fn place(plane: u32, at: u32) -> u32 {
  if (!POOLED) { return at; }
  let i = at / (p.width / 2u);
  let j = at % (p.width / 2u);
  let word = (plane * ((p.height + 3u) / 4u) + (i >> 1u)) * ((p.width + 3u) / 4u) + (j >> 1u);
  let code = (argmax[word] >> (2u * (2u * (i & 1u) + (j & 1u)))) & 3u;
  return (2u * i + (code >> 1u)) * p.width + 2u * j + (code & 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.y * groups.x + group.x;
  let within = index < select(p.images * p.filters, p.images, CHOSEN);
  var plane = index;
  if (CHOSEN && within) { plane = index * p.filters + chosen[index]; }
  let pixels = select(p.height * p.width, (p.height / 2u) * (p.width / 2u), POOLED);
  var best = 0.0;
  var where_ = 0u;
  if (within) {
    for (var at = lane; at < pixels; at += 64u) {
      let candidate = x[plane * pixels + at];
      if (candidate > best || (candidate == best && best > 0.0)) {
        let candidate_place = place(plane, at);
        if (candidate > best || candidate_place < where_) {
          best = candidate;
          where_ = candidate_place;
        }
      }
    }
  }
  found[lane] = best;
  places[lane] = where_;
  workgroupBarrier();
  if (lane > 0u || !within) { return; }
  for (var other = 1u; other < 64u; other++) {
    let candidate = found[other];
    if (candidate > best || (candidate == best && best > 0.0 && places[other] < where_)) {
      best = candidate;
      where_ = places[other];
    }
  }
  value[index] = best;
  position[index] = where_;
}
