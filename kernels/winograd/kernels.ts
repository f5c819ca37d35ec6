/**
 * The kernels of Winograd's way, once for each way of storing tiles, filters and products: as float32, and as float16, which is half the
 * memory and half of what is moved.
 */
import { defineKernel } from "../../gpu/kernel.ts";
import { roundsOf } from "../../gpu/rounds.ts";
import type { StoredAs } from "../convolution/workspace.ts";
import { loadQuadCode, storeBlockCode } from "../pool/blocks.ts";
import { texelCode } from "../texture/mod.ts";
import outputBuffersCode from "./loads/output_buffers.wgsl" with { type: "text" };
import outputTexturesCode from "./loads/output_textures.wgsl" with { type: "text" };
import productBuffersCode from "./loads/product_buffers.wgsl" with { type: "text" };
import productTexturesCode from "./loads/product_textures.wgsl" with { type: "text" };
import inputCode from "./input.wgsl" with { type: "text" };
import outputCode from "./output.wgsl" with { type: "text" };
import outputGradientCode from "./output_gradient.wgsl" with { type: "text" };
import productCode from "./product.wgsl" with { type: "text" };
import productTiledCode from "./product_tiled.wgsl" with { type: "text" };
import scaleCode from "./scale.wgsl" with { type: "text" };
import productFloat16Code from "./storage/product_float16.wgsl" with { type: "text" };
import productFloat16ToFloat32Code from "./storage/product_float16_to_float32.wgsl" with { type: "text" };
import productFloat32Code from "./storage/product_float32.wgsl" with { type: "text" };
import transformFloat16Code from "./storage/transform_float16.wgsl" with { type: "text" };
import transformFloat32Code from "./storage/transform_float32.wgsl" with { type: "text" };
import weightGradientCode from "./weight_gradient.wgsl" with { type: "text" };
import weightsCode from "./weights.wgsl" with { type: "text" };

const tileParameters = {
  first_image: "u32",
  images: "u32",
  channels: "u32",
  padded_channels: "u32",
  height: "u32",
  width: "u32",
  padded_tiles: "u32",
} as const;

const storageFile = (name: string, code: string) => ({ name: `winograd/storage/${name}`, code });

/** What the transforms of a way of storing have in common. */
const transforms = {
  float32: { storage: storageFile("transform_float32", transformFloat32Code), extensions: [] },
  float16: { storage: storageFile("transform_float16", transformFloat16Code), extensions: ["f16"] },
} as const;

/** What the ways of transforming products back have in common. */
const output = {
  name: "winograd/output",
  code: outputCode,
  parameters: tileParameters,
  constants: ["RELU", "POOL"],
} as const;

/** The transforms. */
function transformKernels({ storage, extensions }: typeof transforms[StoredAs]) {
  return {
    /** Filters into the domain. */
    weights: defineKernel({
      name: "winograd/weights",
      code: weightsCode,
      shared: [storage],
      extensions,
      bindings: { w: "read", u: "write", scales: "read" },
      parameters: { inputs: "u32", outputs: "u32", padded_outputs: "u32" },
      constants: ["FLIP"],
    }),
    /** Image tiles into the domain. */
    input: defineKernel({
      name: "winograd/input",
      code: inputCode,
      shared: [loadQuadCode, storage],
      extensions,
      bindings: { x: "read", argmax: "read", v: "write", scales: "read" },
      parameters: tileParameters,
      constants: ["UNPOOL", "TILES_FIRST"],
    }),
    /** Products back into images. */
    output: defineKernel({
      ...output,
      shared: [{ name: "winograd/loads/output_buffers", code: outputBuffersCode }, storeBlockCode, storage],
      extensions,
      bindings: { m: "read", y: "write", argmax: "write", scales: "read" },
    }),
    /** Gradient tiles into the domain, for the gradient by weight. */
    outputGradient: defineKernel({
      name: "winograd/output_gradient",
      code: outputGradientCode,
      shared: [loadQuadCode, storage],
      extensions,
      bindings: { x: "read", argmax: "read", dm: "write", scales: "read" },
      parameters: tileParameters,
      constants: ["UNPOOL"],
    }),
    /** Weight gradients back. */
    weightGradient: defineKernel({
      name: "winograd/weight_gradient",
      code: weightGradientCode,
      shared: [storage],
      extensions,
      bindings: { du: "read", dw: "write", scales: "read" },
      parameters: { outputs: "u32", inputs: "u32", padded_outputs: "u32", padded_inputs: "u32" },
      constants: ["ACCUMULATE"],
    }),
  };
}

/** Products back into images, from a texture. */
export const outputFromTexture = defineKernel({
  ...output,
  shared: [
    { name: "winograd/loads/output_textures", code: outputTexturesCode },
    texelCode,
    storeBlockCode,
    transforms.float32.storage,
  ],
  bindings: { m: "texture", y: "write", argmax: "write", scales: "read" },
});

/** How the products' operands and results are stored. */
const products = {
  float32: { storage: storageFile("product_float32", productFloat32Code), extensions: [] },
  float16: { storage: storageFile("product_float16", productFloat16Code), extensions: ["f16"] },
  float16ToFloat32: {
    storage: storageFile("product_float16_to_float32", productFloat16ToFloat32Code),
    extensions: ["f16"],
  },
} as const;

/** What the products have in common. */
const product = {
  parameters: { depth: "u32", rows: "u32", columns: "u32" },
  constants: ["ACCUMULATE"],
} as const;

/** The 64 matrix products with operands from buffers: for a software adapter, and for a GPU. */
function productKernels({ storage, extensions }: typeof products[keyof typeof products]) {
  const bindings = { a: "read", b: "read", z: "write" } as const;
  return {
    registers: defineKernel({
      name: "winograd/product",
      code: productCode,
      shared: [{ name: "winograd/loads/product_buffers", code: productBuffersCode }, storage],
      ...product,
      extensions,
      bindings,
      rounds: ({ depth }) => roundsOf([depth]),
    }),
    tiled: defineKernel({
      name: "winograd/product_tiled",
      code: productTiledCode,
      shared: [storage],
      ...product,
      extensions,
      bindings,
      rounds: ({ depth }) => roundsOf([Math.ceil(depth / 8), [2], [8]]),
    }),
  };
}

/** The 64 matrix products for a software adapter, with operands from textures. */
export const productFromTextures = defineKernel({
  name: "winograd/product",
  code: productCode,
  shared: [{ name: "winograd/loads/product_textures", code: productTexturesCode }, texelCode, products.float32.storage],
  ...product,
  bindings: { a: "texture", b: "texture", z: "write" },
  rounds: ({ depth }) => roundsOf([depth]),
});

/** The power of two for what is stored as float16. */
export const scaleKernel = defineKernel({
  name: "winograd/scale",
  code: scaleCode,
  bindings: { x: "read", y: "write" },
  parameters: { count: "u32", part: "u32", first: "u32", factor: "f32" },
  constants: ["LAST"],
  rounds: ({ part }) => roundsOf([Math.ceil(part / 64)], [6]),
});

/** The transforms by how they store. */
export const transformsOf = {
  float32: transformKernels(transforms.float32),
  float16: transformKernels(transforms.float16),
};

/** The products by how their operands and results are stored. */
export const productsOf = {
  float32: productKernels(products.float32),
  float16: productKernels(products.float16),
  float16ToFloat32: productKernels(products.float16ToFloat32),
};
