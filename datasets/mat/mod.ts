/** MATLAB version 5 files, read as streams: variables of any size in a few megabytes of memory. */

export { type MatClass, type MatElements, MatError } from "./format.ts";
export { bytesSource, fileSource, type MatSource } from "./source.ts";
export { type MatVariable, readMat } from "./variables.ts";
