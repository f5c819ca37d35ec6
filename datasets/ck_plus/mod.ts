/** The Extended Cohn-Kanade set (CK+), read from its folders as they circulate. */

export { CK_PLUS_CLASSES } from "./labels.ts";
export { type CkPlusFrame, type CkPlusPlan, type CkPlusSequence, planCkPlus } from "./plan.ts";
export { type CkPlusCrop, type CkPlusOptions, prepareCkPlus, type PreparedCkPlus } from "./prepare.ts";
export { type CkPlusFolders } from "./tree.ts";
