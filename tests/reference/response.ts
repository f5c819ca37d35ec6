/** Single responses of filters, plainly: the strongest of each map, its way back through a convolution, and Grad-CAM's weighted sum. */

type Numbers = ArrayLike<number>;

/** Each map's largest value above 0 and its first position; 0 at position 0 where there is none. */
export function strongest(maps: Numbers, planes: number): { value: Float64Array; position: Uint32Array } {
  const area = maps.length / planes;
  const value = new Float64Array(planes), position = new Uint32Array(planes);
  for (let plane = 0; plane < planes; plane++) {
    for (let at = 0; at < area; at++) {
      if (maps[plane * area + at] > value[plane]) {
        [value[plane], position[plane]] = [maps[plane * area + at], at];
      }
    }
  }
  return { value, position };
}

/** max(0, sum over filters of mean gradient times map); `gradient` has the maps' shape. */
export function gradCam(maps: Numbers, gradient: Numbers, images: number, filters: number): Float64Array {
  const area = maps.length / (images * filters);
  const y = new Float64Array(images * area);
  for (let n = 0; n < images; n++) {
    for (let k = 0; k < filters; k++) {
      const plane = (n * filters + k) * area;
      let mean = 0;
      for (let at = 0; at < area; at++) mean += gradient[plane + at] / area;
      for (let at = 0; at < area; at++) y[n * area + at] += mean * maps[plane + at];
    }
  }
  return y.map((value) => Math.max(0, value));
}
