/** The explanation of one image: the class that is named on the command line. */

import assert from "node:assert/strict";
import { needs } from "../permissions.ts";

const ignore = needs("read", "write", "ffi", "env", "sys");
// What draws pictures asks for permissions when it is loaded.
const { classNumber } = ignore ? {} as never : await import("../../tasks/visualize/image.ts");

Deno.test({
  name: "visualize --class takes a name in either Unicode form, the one that is written the same first, and no other",
  ignore,
  fn() {
    const names = ["calm", "e\u0301mu", "\u00fcbel"];
    assert.equal(classNumber(names, "\u00e9mu"), 1, "composed, as a keyboard types it");
    assert.equal(classNumber(names, "e\u0301mu"), 1);
    assert.equal(classNumber(names, "u\u0308bel"), 2, "decomposed, as a Mac's file names are");
    assert.equal(classNumber(["e\u0301", "\u00e9"], "\u00e9"), 1);
    assert.throws(() => classNumber(names, "emu"), {
      name: "UsageError",
      message: '--class "emu": the classes are calm, e\u0301mu, \u00fcbel. Remedy: name one of them.',
    });
    assert.throws(() => classNumber(["\x1b[2J"], "a"), { message: /the classes are \\u001b\[2J\. Remedy/ });
  },
});
