// Softmax, cross-entropy and their gradient, a sample an invocation.
//   x       samples x classes: logits
//   labels  u32, one a sample of the whole batch, from first_sample on
//   y       samples x classes: probabilities, "="
//   dx      samples x classes: (y - onehot(label)) * scale, "="; scale is 1 / batch
//   result  two a sample of the whole batch: its loss -log y[label], and 1 where the largest logit (the first of equals) is the label
struct Parameters { samples: u32, classes: u32, first_sample: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
@group(0) @binding(5) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= p.samples) { return; }
  let base = index * p.classes;
  var largest = x[base];
  var best = 0u;
  for (var c = 1u; c < p.classes; c++) {
    let logit = x[base + c];
    if (logit > largest) {
      largest = logit;
      best = c;
    }
  }
  var sum = 0.0;
  for (var c = 0u; c < p.classes; c++) {
    sum += exp(x[base + c] - largest);
  }
  let label = labels[p.first_sample + index];
  for (var c = 0u; c < p.classes; c++) {
    let probability = exp(x[base + c] - largest) / sum;
    y[base + c] = probability;
    dx[base + c] = (probability - select(0.0, 1.0, c == label)) * p.scale;
  }
  let at = 2u * (p.first_sample + index);
  result[at] = log(sum) - (x[base + min(label, p.classes - 1u)] - largest);
  result[at + 1u] = select(0.0, 1.0, best == label);
}
