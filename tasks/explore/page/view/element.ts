/** The page's elements, by their names. */

/**
 * The element with an id.
 *
 * @throws {Error} where it is not there, or of another kind.
 */
export function element<T extends HTMLElement>(id: string, kind: { new (): T }): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} "${id}"`);
  return found;
}

/** The drawing side of a canvas. */
export function drawing(canvas: HTMLCanvasElement, options?: CanvasRenderingContext2DSettings) {
  const context = canvas.getContext("2d", options);
  if (!context) throw new Error("this browser gives no canvas to draw on");
  return context;
}
