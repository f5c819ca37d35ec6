/** Reading a buffer's texture (`Gpu.addTexture`). */
import code from "./texel.wgsl" with { type: "text" };

/** Where a buffer's four floats are in its texture; see texel.wgsl. */
export const texelCode = { name: "texture/texel", code } as const;
