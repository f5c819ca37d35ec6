/** Numbers that say how good predictions are, as pure functions with their formulas and sources. */
export { bootstrapInterval, type BootstrapOptions, type Interval } from "./bootstrap.ts";
export { balancedAccuracy, type ClassScore, confusionMatrix, macroF1, perClass } from "./classification.ts";
export { expectedCalibrationError, logLoss } from "./probability.ts";
