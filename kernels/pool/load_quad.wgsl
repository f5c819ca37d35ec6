// Reads the 2 x 2 pixels at rows i, i+1 and columns j, j+1 (i and j even, possibly outside: zeros) of a plane of
// height x width pixels, row-major as a vec4. UNPOOL: the plane is given as its 2x2-pooled gradient and the argmax words, and is
// spread out on the way, so that the map before pooling never exists. Wants: fn source(at: u32) -> f32, the element of
// the plane's buffer, binding argmax and override UNPOOL.

fn inside(i: i32, j: i32, height: u32, width: u32) -> bool {
  return i >= 0 && j >= 0 && u32(i) < height && u32(j) < width;
}

fn pixel(plane: u32, i: i32, j: i32, height: u32, width: u32) -> f32 {
  let within = inside(i, j, height, width);
  let at = (plane * height + u32(i)) * width + u32(j);
  return select(0.0, source(select(0u, at, within)), within);
}

fn quad(plane: u32, i: i32, j: i32, height: u32, width: u32) -> vec4f {
  if (!UNPOOL) {
    return vec4f(
      pixel(plane, i, j, height, width),
      pixel(plane, i, j + 1, height, width),
      pixel(plane, i + 1, j, height, width),
      pixel(plane, i + 1, j + 1, height, width),
    );
  }
  let pi = i >> 1u;
  let pj = j >> 1u;
  let h = height / 2u;
  let w = width / 2u;
  let within = inside(pi, pj, h, w);
  let cell = (plane * h + u32(pi)) * w + u32(pj);
  let word = (plane * ((height + 3u) / 4u) + (u32(pi) >> 1u)) * ((width + 3u) / 4u) + (u32(pj) >> 1u);
  let gradient = select(0.0, source(select(0u, cell, within)), within);
  let code = (argmax[select(0u, word, within)] >> (2u * (2u * (u32(pi) & 1u) + (u32(pj) & 1u)))) & 3u;
  return select(vec4f(0.0), vec4f(gradient), vec4u(code) == vec4u(0u, 1u, 2u, 3u));
}
