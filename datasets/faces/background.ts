/** What stands behind a picture that is transparent in places. */

/** White, as programs that show pictures have it: the command line and the page read a picture on the same ground. A color of CSS. */
export const BACKGROUND = "#ffffff";
