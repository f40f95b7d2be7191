/** What the sidecar's control thread uses of `node:timers/promises`, by means of a browser. */
export const setImmediate = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
