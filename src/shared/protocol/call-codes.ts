/** What the guest core has to know of blocking calls (see blocking-calls.ts), without the schemas. */

/** In the place of a number of bytes, see `HostBridge.call`. */
export const CALL_FAILED = -1;
export const CALL_INTERRUPTED = -2;

/** Most bytes of standard input that are given at once. */
export const INPUT_PART_BYTES = 64 * 1024;

/** Most bytes of a function's answer that are given at once, with the byte before them: one of the two below. */
export const FUNCTION_PART_BYTES = 256 * 1024;
export const MORE_TO_COME = 0;
export const LAST_PART = 1;

/** Longest answer to a request for fonts: what files their packages have. */
export const FONTS_ANSWER_BYTES = 64 * 1024;
