// Momentum SGD with weight decay, as in the authors' code:  v = momentum * v - decay * rate * w - rate * dw;  w = w + v.
//   w, v, dw    count elements; w and v are updated in place
//   settings    learning rate, momentum, weight decay
//   status[0]   becomes clock[0] + 1, the number of this update, where a new weight is infinite or not a number (by its bits: a compiler
//               may assume there are none); what is not 0 stays
// An invocation an element.
struct Parameters { count: u32 }
@group(0) @binding(0) var<storage, read> clock: array<u32>;
@group(0) @binding(1) var<storage, read> settings: array<f32>;
@group(0) @binding(2) var<storage, read> dw: array<f32>;
@group(0) @binding(3) var<storage, read_write> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;
@group(0) @binding(5) var<storage, read_write> status: array<atomic<u32>>;
@group(0) @binding(6) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.count) { return; }
  let velocity = settings[1] * v[index] - settings[2] * settings[0] * w[index] - settings[0] * dw[index];
  let value = w[index] + velocity;
  v[index] = velocity;
  w[index] = value;
  // Every invocation of an update stores the same number, so that it does not matter which one comes first.
  if ((bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u && atomicLoad(&status[0]) == 0u) {
    atomicStore(&status[0], clock[0] + 1u);
  }
}
