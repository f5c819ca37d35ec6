/** What the page may do, as a content security policy: load its own files, and nothing from anywhere else. */

/** The directives that hold in a header and in a page alike. WebAssembly is what finds faces; a blob is a photograph in the visitor's hands. */
export function policy(): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
