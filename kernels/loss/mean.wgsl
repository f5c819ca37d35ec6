// Mean loss and accuracy of a batch into a ring that the host reads now and then.
//   result  samples x 2: loss and hit of each sample (loss/softmax_cross_entropy.wgsl)
//   ring    slots x 2: ring[clock mod slots] = (mean loss, share of hits)
//   status  status[0] becomes clock[0] + 1 where the mean loss is infinite or not a number (by its bits); what is not 0 stays
// One invocation adds in order: the same bits every time.
struct Parameters { samples: u32, slots: u32 }
@group(0) @binding(0) var<storage, read> clock: array<u32>;
@group(0) @binding(1) var<storage, read> result: array<f32>;
@group(0) @binding(2) var<storage, read_write> ring: array<f32>;
@group(0) @binding(3) var<storage, read_write> status: array<u32>;
@group(0) @binding(4) var<uniform> p: Parameters;

@compute @workgroup_size(1)
fn main() {
  var loss = 0.0;
  var hits = 0.0;
  for (var n = 0u; n < p.samples; n++) {
    loss += result[2u * n];
    hits += result[2u * n + 1u];
  }
  let slot = 2u * (clock[0] % p.slots);
  let mean = loss / f32(p.samples);
  ring[slot] = mean;
  ring[slot + 1u] = hits / f32(p.samples);
  if ((bitcast<u32>(mean) & 0x7f800000u) == 0x7f800000u && status[0] == 0u) { status[0] = clock[0] + 1u; }
}
