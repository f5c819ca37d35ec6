/** Every kernel that the folders under `kernels/` export, for tests of what all of them must have. */
import type { Kernel } from "../../gpu/kernel.ts";
import * as augmentation from "../../kernels/augmentation/mod.ts";
import * as direct from "../../kernels/convolution/direct.ts";
import * as dense from "../../kernels/dense/mod.ts";
import * as dropout from "../../kernels/dropout/mod.ts";
import * as loss from "../../kernels/loss/mod.ts";
import * as normalization from "../../kernels/normalization/mod.ts";
import * as optimizer from "../../kernels/optimizer/mod.ts";
import * as pool from "../../kernels/pool/mod.ts";
import * as relu from "../../kernels/relu/mod.ts";
import * as response from "../../kernels/response/mod.ts";
import * as sampling from "../../kernels/sampling/mod.ts";
import * as sparse from "../../kernels/sparse/mod.ts";
import {
  outputFromTexture,
  productFromTextures,
  productsOf,
  scaleKernel,
  transformsOf,
} from "../../kernels/winograd/kernels.ts";

const modules = {
  augmentation,
  direct,
  dense,
  dropout,
  loss,
  normalization,
  optimizer,
  pool,
  relu,
  response,
  sampling,
  sparse,
};

/** All of them, under whatever name ends in `Kernel`; `declarations_test.ts` holds them against the WGSL files there are. */
export const kernels: readonly Kernel[] = [
  ...Object.values(modules).flatMap((module) =>
    Object.entries(module).filter(([name]) => name.endsWith("Kernel")).map(([, kernel]) => kernel as unknown as Kernel)
  ),
  ...[scaleKernel, ...winograd("float32")] as unknown as Kernel[],
];

/** The same kernels in their other ways of storing and loading. */
export const storedOtherwise: readonly Kernel[] = [
  ...winograd("float16"),
  productFromTextures,
  outputFromTexture,
  direct.correlateFromTexture,
  direct.byWeightFromTexture,
  ...Object.values(productsOf.float16ToFloat32),
] as unknown as Kernel[];

function winograd(storage: "float32" | "float16") {
  return [...Object.values(transformsOf[storage]), ...Object.values(productsOf[storage])];
}
