import { codeFromStringsIsRefused } from '../../shared/code-generation.ts';
import type { SelfCheck } from '../../shared/protocol/interpreter.ts';

/** Members of `process` that lead out of the thread. */
const DANGEROUS = [
  ...['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'kill', '_kill', 'reallyExit', 'exit'],
  ...['mainModule', 'abort', 'chdir', 'umask', 'report', 'env', 'execve', 'stdin', 'permission', 'cwd'],
];

const INTRINSICS = [Object.prototype, Function.prototype, Array.prototype, Promise.prototype, Error, Reflect];

/** Tries all ways in which a guest could obtain a stack trace; evaluated in its realm. */
const TAKE_TRACE =
  "(() => { Error.stackTraceLimit = 9; const e = new Error('x'); Error.captureStackTrace(e); return e.stack })()";

/** Tries to give a promise a prototype of its own choice; evaluated in the realm. */
const CHOOSE_PROTOTYPE = `(() => {
  const chosen = {}, made = () => new Promise(() => 0), tries = [
    () => Object.setPrototypeOf(made(), chosen),
    () => Reflect.setPrototypeOf(made(), chosen),
    () => { const promise = made(); promise.__proto__ = chosen; return promise },
    () => Object.assign(made(), Object.fromEntries([['__proto__', chosen]])),
    () => { function Other() {} Other.prototype = chosen; return Reflect.construct(Promise, [() => 0], Other) },
  ];
  return tries.filter((attempt) => {
    try { return Object.getPrototypeOf(attempt()) === chosen } catch { return false }
  }).length
})()`;

/** Ends in a function of Node's that rejects with the host's errors. */
const STREAMING = ['WebAssembly.compileStreaming', 'WebAssembly.instantiateStreaming'];

/**
 * What must hold in the worker before guest code runs.
 *
 * @param probeRealm evaluates an expression in the guest's realm, which no guest has entered yet
 */
export const threadChecks = (
  processObject: object,
  guestScript: string,
  probeRealm: (expression: string) => unknown,
): SelfCheck[] => {
  const realmHas = (name: string): boolean => probeRealm(`typeof ${name}`) !== 'undefined';
  return [
    {
      name: 'worker: no code from strings',
      layer: 'no-code-from-strings',
      holds: codeFromStringsIsRefused(Function),
    },
    {
      name: 'worker: intrinsics frozen',
      layer: 'frozen-worker',
      holds: INTRINSICS.every((intrinsic) => Object.isFrozen(intrinsic)),
    },
    {
      name: 'worker: process has no way out',
      layer: 'frozen-worker',
      holds: DANGEROUS.every((name) => Reflect.get(processObject, name) === undefined),
    },
    {
      name: 'worker: no require, process or fetch in the global object',
      layer: 'frozen-worker',
      holds: ['require', 'module', 'process', 'fetch', 'Buffer'].every((name) => !(name in globalThis)),
    },
    {
      name: 'realm: no Node globals',
      layer: 'bare-realm',
      holds: !['process', 'require', 'module', 'Buffer'].some(realmHas),
    },
    {
      name: 'realm: no code from strings',
      layer: 'no-code-from-strings',
      holds:
        probeRealm(
          "(() => { try { Function(''); return 0 } catch (e) { return e instanceof EvalError ? 1 : 0 } })()",
        ) === 1,
    },
    {
      name: 'realm: its own intrinsics',
      layer: 'bare-realm',
      holds: probeRealm('Object.prototype') !== Object.prototype && probeRealm('Function') !== Function,
    },
    {
      name: 'realm: errors carry no stack',
      layer: 'bare-realm',
      holds: probeRealm(TAKE_TRACE) === undefined,
    },
    {
      name: 'realm: promises keep their prototype',
      layer: 'bare-realm',
      holds: probeRealm(CHOOSE_PROTOTYPE) === 0,
    },
    { name: 'realm: no streaming compilation', layer: 'bare-realm', holds: !STREAMING.some(realmHas) },
    { name: 'guest bundle: no import()', layer: 'bare-realm', holds: !/\bimport\s*\(/u.test(guestScript) },
  ];
};
