// Mean loss and accuracy of a batch into a ring that the host reads now and then.
//   result  samples x 2: loss and hit of each sample (loss/softmax_cross_entropy.wgsl)
//   ring    slots x 2: ring[clock mod slots] = (mean loss, share of hits)
//   status  status[0] becomes clock[0] + 1 where the mean loss is infinite or not a number (by its bits); what is not 0 stays
// One workgroup: each of its 64 lanes adds every 64th sample, and the first of them their sums, in order: the same bits every time.
struct Parameters { samples: u32, slots: u32 }
@group(0) @binding(0) var<storage, read> clock: array<u32>;
@group(0) @binding(1) var<storage, read> result: array<f32>;
@group(0) @binding(2) var<storage, read_write> ring: array<f32>;
@group(0) @binding(3) var<storage, read_write> status: array<u32>;
@group(0) @binding(4) var<uniform> p: Parameters;

var<workgroup> losses: array<f32, 64>;
var<workgroup> hit: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  var loss = 0.0;
  var hits = 0.0;
  for (var n = lane; n < p.samples; n += 64u) {
    loss += result[2u * n];
    hits += result[2u * n + 1u];
  }
  losses[lane] = loss;
  hit[lane] = hits;
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var other = 1u; other < 64u; other++) {
    loss += losses[other];
    hits += hit[other];
  }
  let slot = 2u * (clock[0] % p.slots);
  let mean = loss / f32(p.samples);
  ring[slot] = mean;
  ring[slot + 1u] = hits / f32(p.samples);
  if ((bitcast<u32>(mean) & 0x7f800000u) == 0x7f800000u && status[0] == 0u) { status[0] = clock[0] + 1u; }
}
