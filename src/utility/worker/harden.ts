/**
 * Makes the worker's realm useless to a guest that obtains one of its objects: intrinsics can't be changed (Node
 * uses some of them later), and `process` keeps no member that reaches outside of the thread.
 */

/** What Node's own code needs of `process` in a running worker. Everything else is removed. */
const KEPT_PROCESS_MEMBERS: ReadonlySet<string | symbol> = new Set<string | symbol>([
  'nextTick',
  'emit',
  'emitWarning',
  'on',
  'off',
  'once',
  'addListener',
  'removeListener',
  'listeners',
  'listenerCount',
  'version',
  'versions',
  'platform',
  'arch',
  'release',
  'features',
  'pid',
  'hrtime',
  '_events',
  '_eventsCount',
  '_maxListeners',
  '_exiting',
  'domain',
  'exitCode',
  '_tickCallback',
  '_fatalException',
  'constructor',
]);

/** What `Error.prepareStackTrace` is given. */
const callSites = (): unknown[] => {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const holder: { stack?: unknown } = {};
  Error.prepareStackTrace = (_error, sites) => sites;
  Error.captureStackTrace(holder);
  const sites = holder.stack;
  Reflect.deleteProperty(Error, 'prepareStackTrace');
  if (before !== undefined) Object.defineProperty(Error, 'prepareStackTrace', before);
  return Array.isArray(sites)
    ? (sites as unknown[]).map((site) => Object.getPrototypeOf(site) as unknown)
    : [];
};

/** Intrinsics that are not properties of other reachable objects. */
const hiddenIntrinsics = (): unknown[] => [
  Object.getPrototypeOf(async () => Promise.resolve()),
  Object.getPrototypeOf(function* () {
    yield 0;
  }),
  Object.getPrototypeOf(async function* () {
    yield await Promise.resolve(0);
  }),
  Object.getPrototypeOf([][Symbol.iterator]()),
  Object.getPrototypeOf(''[Symbol.iterator]()),
  Object.getPrototypeOf(new Map()[Symbol.iterator]()),
  Object.getPrototypeOf(new Set()[Symbol.iterator]()),
  Object.getPrototypeOf(''.matchAll(/x/gu)),
  ...callSites(),
];

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Freezes everything reachable through prototypes and properties; getters are frozen, never called. */
const deepFreeze = (roots: readonly unknown[]): void => {
  const seen = new Set<object>();
  const waiting: unknown[] = [...roots];
  for (let value = waiting.pop(); waiting.length > 0 || value !== undefined; value = waiting.pop()) {
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    try {
      Object.freeze(value);
    } catch {
      // Views on memory can't be frozen; none of the intrinsics is one.
    }
    waiting.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      if (descriptor !== undefined) waiting.push(...(Object.values(descriptor) as unknown[]));
    }
  }
};

const INTRINSIC_NAMES = [
  ...['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Math', 'JSON'],
  ...['Reflect', 'Proxy', 'Promise', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'RegExp', 'Date'],
  ...['FinalizationRegistry', 'Error', 'TypeError', 'RangeError', 'EvalError', 'SyntaxError', 'URIError'],
  ...['ReferenceError', 'AggregateError', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Atomics'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ...['WebAssembly', 'Intl', 'Iterator', 'AsyncIterator', 'SuppressedError', 'DisposableStack'],
  ...['AsyncDisposableStack', 'Temporal', 'eval', 'parseInt', 'parseFloat', 'isNaN', 'isFinite'],
  ...['escape', 'unescape', 'encodeURI', 'encodeURIComponent', 'decodeURI', 'decodeURIComponent'],
];

/** Globals that stay: the language itself. */
export const KEPT_GLOBALS: ReadonlySet<string | symbol> = new Set<string | symbol>([
  ...INTRINSIC_NAMES,
  'globalThis',
  'undefined',
  'NaN',
  'Infinity',
  // Read by Node's internals when a message with an unknown class or an error arrives.
  'DOMException',
]);

const drop = (owner: object, key: string | symbol): void => {
  try {
    if (Reflect.deleteProperty(owner, key)) return;
    Object.defineProperty(owner, key, { value: undefined });
  } catch {
    // The self-check reports members that can't be removed, if they matter.
  }
};

/** Irreversible. Everything the worker itself needs must be captured before. */
export const hardenThread = (processObject: object): void => {
  const global: Record<string | symbol, unknown> = globalThis;
  deepFreeze([...INTRINSIC_NAMES.map((name) => global[name]), ...hiddenIntrinsics()]);
  for (const key of Reflect.ownKeys(processObject)) {
    if (!KEPT_PROCESS_MEMBERS.has(key)) drop(processObject, key);
  }
  for (const key of Reflect.ownKeys(global)) {
    if (!KEPT_GLOBALS.has(key)) drop(global, key);
  }
};
