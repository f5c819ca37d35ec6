/** Numbers that say how good predictions are, as pure functions with their formulas and sources. */
export { type BootstrapInterval, bootstrapInterval, type BootstrapOptions } from "./bootstrap.ts";
export { balancedAccuracy, type ClassScore, confusionMatrix, macroF1, perClass } from "./classification.ts";
export { type Interval, type IntervalOptions } from "./interval.ts";
export { expectedCalibrationError, logLoss } from "./probability.ts";
export { type HitCount, shareInterval } from "./share_interval.ts";
