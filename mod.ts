/**
 * aulens: what does a network look at when it reads a face? The zero-bias CNN of Khorrami, Paine and Huang (2015), trained and run by
 * hand-written WGSL on WebGPU. This entry has no npm package in its graph and runs in Deno and in browsers; what reads image files is
 * `datasets/mod.ts`.
 *
 * @example Train on two images for a few steps
 * ```ts
 * import assert from "node:assert/strict";
 * import { normalize, openGpu, ZeroBiasCnn } from "./mod.ts";
 * using gpu = await openGpu();
 * using net = await ZeroBiasCnn.create(gpu, { imageSize: 16, classes: 2, seed: 1, initialScale: 1 });
 * const pixels = Uint8Array.from({ length: 2 * 16 * 16 }, (_, i) => (i * i) % 256);
 * const images = await normalize(gpu, pixels, { mode: "local-mean", imageSize: 16 });
 * for (let step = 0; step < 3; step++) await net.trainStep(images, [0, 1], { learningRate: 0.01, momentum: 0.9 });
 * assert.equal((await net.predict(images)).length, 4);
 * ```
 *
 * @module
 */
export type { AdapterDescription } from "./gpu/adapter.ts";
export { type Call, Gpu, openGpu, type OpenOptions } from "./gpu/device.ts";
export type { MemoryCount } from "./gpu/memory.ts";
export { type GpuArray, GpuBuffer } from "./gpu/buffer.ts";
export {
  DeviceLostError,
  GpuError,
  GpuLimitError,
  GpuOutOfMemoryError,
  GpuUnavailableError,
  GpuValidationError,
  ShaderError,
} from "./gpu/errors.ts";
export type { ConvolutionMethod } from "./kernels/convolution/mod.ts";
export type { ReluRule } from "./kernels/relu/mod.ts";
export type { Normalization } from "./kernels/normalization/mod.ts";
export { pcg4d, Purpose } from "./kernels/random/mod.ts";
export {
  drawInitialScale,
  initialParameters,
  type ParameterName,
  type Parameters,
  parameterShapes,
} from "./network/parameters.ts";
export { type StepOptions, type StepResult, ZeroBiasCnn, type ZeroBiasCnnOptions } from "./network/zero_bias_cnn.ts";
export {
  readSafetensors,
  type SafeTensor,
  SafetensorsError,
  type SafetensorsFile,
  writeSafetensors,
} from "./network/safetensors.ts";
export { checkDataset, DatasetError } from "./datasets/check.ts";
export type { Dataset } from "./datasets/dataset.ts";
export { type NpyArray, NpyError, readNpy, writeNpy } from "./datasets/npy.ts";
export { type Split, splitIndices } from "./datasets/split.ts";
export {
  type Checkpoint,
  CheckpointError,
  type CheckpointInfo,
  readCheckpoint,
  restore,
  writeCheckpoint,
} from "./training/checkpoint.ts";
export {
  classifyFaces,
  type CropRule,
  type ImagesKind,
  type Model,
  type ModelInfo,
  openModel,
  readModel,
  writeModel,
} from "./training/model.ts";
export { writeOnnx } from "./training/onnx.ts";
export { augment, type AugmentationParameters, normalize, sampleIndices } from "./training/draws.ts";
export { type ComparedVariant, compareVariants, type Comparison } from "./training/cross_validation/compare.ts";
export {
  crossValidate,
  type CrossValidateOptions,
  CrossValidationError,
  type Engine,
  inProcess,
  type InProcessOptions,
  type Outcome,
} from "./training/cross_validation/engine.ts";
export { type CrossValidationPlan, type PlannedRun, planRuns } from "./training/cross_validation/plan.ts";
export {
  type CrossValidation,
  type EvaluatedRun,
  type Spread,
  summarizeCrossValidation,
  type SummedEvaluation,
  type VariantSummary,
} from "./training/cross_validation/summary.ts";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationResult,
  type SavedCheckpoint,
  type TestMetrics,
} from "./training/evaluation/evaluate.ts";
export { evaluateRows, type Prediction } from "./training/evaluation/rows.ts";
export {
  type CheckpointScore,
  protocolFor,
  RULES,
  selectCheckpoint,
  type Selection,
  SELECTIONS,
} from "./training/evaluation/select.ts";
export { findSeenImages, type SeenImages } from "./training/evaluation/seen_images.ts";
export { evaluateTransfer, shareImages, type TransferResult } from "./training/evaluation/transfer.ts";
export {
  balancedAccuracy,
  type BootstrapInterval,
  bootstrapInterval,
  type BootstrapOptions,
  type ClassScore,
  confusionMatrix,
  expectedCalibrationError,
  type HitCount,
  type Interval,
  type IntervalOptions,
  logLoss,
  macroF1,
  perClass,
  shareInterval,
} from "./training/metrics/mod.ts";
export {
  augments,
  dropoutRate,
  type Protocol,
  PROTOCOLS,
  type TrainingSettings,
  trainingSettings,
  type TrainOptions,
  type Variant,
  VARIANTS,
} from "./training/options.ts";
export { train, type TrainRecord } from "./training/train.ts";
export { TrainingDivergedError } from "./training/watch.ts";
export {
  attribute,
  type Attribution,
  ATTRIBUTION_METHODS,
  type AttributionMethod,
  type AttributionOptions,
} from "./analysis/attribution.ts";
export {
  type ActionUnitComparison,
  aucAboveChance,
  compareResponses,
  mostDivergentFilters,
  mostExcitedFilters,
  SIGNIFICANT,
} from "./analysis/action_units/comparison.ts";
export {
  type ActionUnitFindings,
  type ActionUnitImages,
  type ActionUnitOptions,
  type ActionUnitWork,
  findActionUnits,
} from "./analysis/action_units/find.ts";
export {
  ANSWERED,
  type FilterFinding,
  tooFewPermutations,
  type UnitFinding,
  unitFindings,
  unitTitle,
} from "./analysis/action_units/findings.ts";
export {
  labelCarryingUnits,
  type Observations,
  observe,
  sequencesOf,
  type UnitLabel,
} from "./analysis/action_units/observations.ts";
export {
  BEST_FILTERS,
  type FilterProjection,
  projectBestFilters,
  type UnitProjections,
} from "./analysis/action_units/projections.ts";
export { type ReadOut, readOut, type ReadOutImages } from "./analysis/action_units/read_out.ts";
export {
  LEAST_RATIO,
  type RegionShare,
  regionShare,
  truthVerdict,
  type UnitTruth,
} from "./analysis/action_units/truth.ts";
export { randomizedControl } from "./analysis/control.ts";
export type { AnalysisImages, DatasetRows, WorkOptions } from "./analysis/images.ts";
export {
  type ConvolutionLayer,
  type Layer,
  type PixelWindow,
  type ReceptiveField,
  receptiveField,
  receptiveWindow,
} from "./analysis/layer.ts";
export { type ProjectionOptions, projectToPixels, projectUnits, type Unit } from "./analysis/projection.ts";
export { type LayerResponses, layerResponses } from "./analysis/responses.ts";
export { type Hit, topActivations, topHits, type TopOptions } from "./analysis/top_activations.ts";
export { classSelectivity, type Selectivity } from "./analysis/statistics/selectivity.ts";
export { type PictureSize, structuralSimilarity } from "./analysis/pictures/structural_similarity.ts";
export { aucInterval } from "./analysis/statistics/auc_interval.ts";
export { benjaminiHochberg } from "./analysis/statistics/benjamini_hochberg.ts";
export {
  actionUnitCorrespondence,
  type Correspondence,
  type CorrespondenceInput,
  type CorrespondenceOptions,
  type UnitSupport,
} from "./analysis/statistics/correspondence.ts";
export { Exchange, type Grouping } from "./analysis/statistics/exchange.ts";
export { binEdges, binIndices, type BinRange } from "./analysis/statistics/histogram.ts";
export { insideShare, shiftedShare } from "./analysis/statistics/inside_share.ts";
export { klDivergence, smoothTogether } from "./analysis/statistics/kl_divergence.ts";
export {
  type LogisticModel,
  type LogisticOptions,
  LogisticRegression,
  NotConvergedError,
} from "./analysis/statistics/logistic_regression.ts";
export {
  actionUnitProbe,
  type ProbeInput,
  type ProbeOptions,
  type ProbeResult,
  type UnitReadOut,
} from "./analysis/statistics/probe.ts";
export { type RatioInterval, ratioInterval, type RatioPair } from "./analysis/statistics/ratio_interval.ts";
export { midRanks, rocAuc } from "./analysis/statistics/roc_auc.ts";
