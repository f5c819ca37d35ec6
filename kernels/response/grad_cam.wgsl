// Grad-CAM's class activation map (Selvaraju et al. 2017) of maps that end in windows' maxima:
//   y[n, i, j] = max(0, sum over filters k of a[n, k] * x[n, k, i, j]),  a[n, k] = mean over the map of the class score's gradient
// The gradient reaches a map only where its windows' maxima were, so its mean is their sum over the map's area.
//   x   images x filters x height x width, after ReLU;  dy  images x filters x windows: the gradient by the maxima
//   y   images x height x width, "="
// An invocation an element of y.
struct Parameters { images: u32, filters: u32, windows: u32, height: u32, width: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> p: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let area = p.height * p.width;
  if (index >= p.images * area) { return; }
  let n = index / area;
  let at = index % area;
  var sum = 0.0;
  for (var k = 0u; k < p.filters; k++) {
    let plane = n * p.filters + k;
    var weight = 0.0;
    for (var window = 0u; window < p.windows; window++) { weight += dy[plane * p.windows + window]; }
    sum += weight / f32(area) * x[plane * area + at];
  }
  y[index] = max(sum, 0.0);
}
