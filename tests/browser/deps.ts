/** What steers a browser; only the checks of this folder import it. */

export { type Browser, type BrowserContext, chromium, type Page } from "npm:playwright-core@1.65.1";
