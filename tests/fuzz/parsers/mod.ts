/** Every parser that the project has itself, as the fuzzer drives it; pictures are decoded by a package. */

import { BINARY_PARSERS } from "./binary.ts";
import { FOLDER_PARSERS } from "./folders.ts";
import { TEXT_PARSERS } from "./text.ts";

/** All of them. */
export const PARSERS = [...BINARY_PARSERS, ...TEXT_PARSERS, ...FOLDER_PARSERS];
