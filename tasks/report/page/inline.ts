/** What stands in the page's script and style elements, as a browser reads it: with LF, whatever a checkout made of it. */
import script from "./script.js" with { type: "text" };
import { STYLE as style } from "./style.ts";

const read = (text: string) => text.replaceAll("\r\n", "\n");

/** The text of the script element. The page's policy names its hash, which a browser takes of this. */
export const SCRIPT = read(script);

/** The text of the style element. */
export const STYLE = read(style);
