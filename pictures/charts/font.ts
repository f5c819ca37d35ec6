/** The font every text in a picture asks for; Debian has it as fonts-dejavu-core. */
export const FONT = "DejaVu Sans";

/** What is said where it is missing. */
export const NO_FONT =
  `${FONT} was not found: pictures may lack their text (Debian: apt-get install fonts-dejavu-core).`;
