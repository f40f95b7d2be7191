/** Where the test page's parts are, below its origin. */
export const PAGE_ADDRESS = '/';
export const PAGE_SCRIPT = '/page.js';
export const WORKER_SCRIPT = '/worker.js';
/** Pyodide's stack filter knows its frames by this name. */
export const GUEST_ADDRESS = '/pyodide.asm.mjs';
/** The guest bundle is an expression, whose value a script loaded by address leaves here. */
export const GUEST_CORE = 'vivariumGuestCore';
export const ASSETS = '/assets/';
export const PACKAGES = '/packages/';
