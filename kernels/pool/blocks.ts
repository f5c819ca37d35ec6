/** WGSL that other kernels share: 4x4 blocks written with or without pooling, 2x2 quads read with or without un-pooling. */
import type { SharedCode } from "../../gpu/kernel.ts";
import loadQuad from "./load_quad.wgsl" with { type: "text" };
import storeBlock from "./store_block.wgsl" with { type: "text" };

/** WGSL of `quad`, put behind the kernels that read a map or its pooled gradient. */
export const loadQuadCode: SharedCode = { name: "pool/load_quad", code: loadQuad };
/** WGSL of `store_block`, put behind the kernels that write a map or its 2x2 maxima. */
export const storeBlockCode: SharedCode = { name: "pool/store_block", code: storeBlock };
