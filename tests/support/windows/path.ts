/** What `node:path` is on Windows: an import map puts this in its place, so that whatever builds or cuts paths does it as there. */
import windows from "node:path/win32";

export const { basename, dirname, extname, isAbsolute, join, matchesGlob, normalize, relative, resolve, sep } = windows;
export default windows;
