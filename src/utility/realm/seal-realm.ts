/**
 * Takes out of the realm what makes the engine call into Node's own functions, in the host's realm, while
 * guest code is on the stack: what those functions throw or hand over is an object of the host.
 */

/**
 * Reading `stack` formats the trace in a function of Node's. Near the end of the stack that function fails
 * with an error of the host's realm; `Error.prepareStackTrace` would get call sites, and an array of the
 * host's when the host is what reads it. The engine takes no trace at all while the limit is not a plain
 * number, and an accessor is none. Pyodide assigns to it, so there has to be a setter.
 */
const takeNoTraces = (): void => {
  Object.defineProperty(Error, 'stackTraceLimit', {
    get: () => 0,
    set: () => undefined,
    enumerable: false,
    configurable: false,
  });
};

/** Node's part of streaming compilation rejects with its own errors. */
const forgetStreaming = (): void => {
  const webAssembly: { instantiateStreaming?: unknown; compileStreaming?: unknown } = WebAssembly;
  delete webAssembly.instantiateStreaming;
  delete webAssembly.compileStreaming;
};

export const sealRealm = (): void => {
  takeNoTraces();
  forgetStreaming();
};

/** Pyodide takes a thrown error without a trace for no error at all: this gives it an empty one. */
export const giveEmptyTrace = (error: unknown): void => {
  try {
    if (error instanceof Error && typeof error.stack !== 'string') error.stack = '';
  } catch {
    // The guest's own frozen error or proxy.
  }
};
