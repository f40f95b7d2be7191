/**
 * Takes out of the realm what makes the engine call into Node's own functions, in the host's realm, while
 * guest code is on the stack: what those functions throw or hand over is an object of the host.
 */

/**
 * For our own code and Pyodide's, captured before it is taken from the realm. The build puts it in the place of each
 * use in Pyodide's scripts.
 */
export const { setPrototypeOf } = Object;

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
  const webAssembly = WebAssembly as { instantiateStreaming?: unknown; compileStreaming?: unknown };
  delete webAssembly.instantiateStreaming;
  delete webAssembly.compileStreaming;
};

/**
 * When a promise is rejected, Node looks two symbols of its own up on it, in the host's realm: a proxy among its
 * prototypes would learn them, and what is found under them be called or counted there. Only `construct` with a
 * class of the caller's choice gives a promise another prototype as well, as no code can be made from strings.
 */
const fixPrototypes = (): void => {
  const { construct } = Reflect;
  const ofItsOwnClass = (
    target: new (...values: unknown[]) => unknown,
    values: readonly unknown[],
  ): unknown => construct(target, values);
  Object.defineProperty(Reflect, 'construct', { value: ofItsOwnClass });
  for (const owner of [Object, Reflect]) Reflect.deleteProperty(owner, 'setPrototypeOf');
  // Without anything in its place: a guest's file of that name is an entry like others of its folder.
  Reflect.deleteProperty(Object.prototype, '__proto__');
};

export const sealRealm = (): void => {
  takeNoTraces();
  forgetStreaming();
  fixPrototypes();
};
