/** What the guest core has to know of blocking calls (see blocking-calls.ts), without the schemas. */

/** In the place of a number of bytes, see `HostBridge.call`. */
export const CALL_FAILED = -1;
export const CALL_INTERRUPTED = -2;

/** Most bytes of standard input that are given at once. */
export const INPUT_PART_BYTES = 64 * 1024;
