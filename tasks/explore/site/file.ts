/** What a site is made of. */

/** A file: what it is, and its bytes, which are read or made when they are asked for. */
export interface SiteFile {
  /** Its media type. */
  type: string;
  read(): Uint8Array | Promise<Uint8Array>;
}

/** Files by their names, relative to the page, with `/` between folders. */
export type Site = ReadonlyMap<string, SiteFile>;
