/** What the page may do, as a content security policy: load its own files, and nothing from anywhere else. */

/** The directives that hold in a header and in a page alike. WebAssembly is what finds faces; the empty icon is data. */
export function policy(): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
