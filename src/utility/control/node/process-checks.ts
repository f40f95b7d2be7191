import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { codeFromStringsIsRefused } from '../../../shared/code-generation.ts';
import { engineName } from '../../../shared/engine-name.ts';
import { selfCheck, type SelfCheck } from '../../../shared/protocol/interpreter.ts';

/** Variables that main gives on purpose, and those that the platform itself sets in any process. */
const EXPECTED_VARIABLES: ReadonlySet<string> = new Set([
  'VIVARIUM_SIDECAR',
  // The time zone, where the user has set one by a variable.
  'TZ',
  // A Node child process: its channel to main.
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  // Chromium and macOS set these in every child process.
  'DBUS_SESSION_BUS_ADDRESS',
  'CHROME_DESKTOP',
  'GDK_BACKEND',
  'ORIGINAL_XDG_CURRENT_DESKTOP',
  '__CF_USER_TEXT_ENCODING',
  'SYSTEMROOT',
  'WINDIR',
]);

const MAX_NAMED = 5;

/** Turns code generation from strings off where the flag given at the start did not. */
export const forbidCodeFromStrings = (): void => {
  if (!codeFromStringsIsRefused(Function)) setFlagsFromString('--disallow-code-generation-from-strings');
};

/** An empty module: magic number and version. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

const compilesWebAssembly = (): boolean => {
  try {
    return Reflect.construct(WebAssembly.Module, [EMPTY_MODULE]) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
};

/** By which threads are interrupted, and handed files. */
const sharesMemory = (): boolean => {
  try {
    const shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    return Atomics.store(shared, 0, 1) === 1 && Atomics.notify(shared, 0) === 0;
  } catch {
    return false;
  }
};

/** Node from here on is what all of this was tried with. */
const OLDEST_NODE = 20;

/** What must hold in the process before any interpreter is started. What does not hold names the engine. */
export const processChecks = (
  environment: Readonly<Record<string, string | undefined>>,
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): SelfCheck[] => {
  const engine = engineName(versions);
  const inherited = Object.keys(environment).filter((name) => !EXPECTED_VARIABLES.has(name.toUpperCase()));
  const check = (layer: SelfCheck['layer'], name: string, holds: boolean, otherwise: string): SelfCheck =>
    selfCheck(layer, `process: ${name}`, holds, `${engine} ${otherwise}`);
  return [
    check(
      'no-code-from-strings',
      'no code from strings',
      codeFromStringsIsRefused(Function),
      'makes code from strings',
    ),
    check(
      'minimal-environment',
      'environment not inherited',
      inherited.length === 0,
      `was given ${inherited.slice(0, MAX_NAMED).join(', ')}`,
    ),
    check(
      null,
      'a supported engine',
      Number.parseInt(versions['node'] ?? '0') >= OLDEST_NODE,
      `is older than Node.js ${OLDEST_NODE}`,
    ),
    check(null, 'WebAssembly can be compiled', compilesWebAssembly(), 'refuses to compile it'),
    check(null, 'memory can be shared with threads', sharesMemory(), 'has none to share'),
  ];
};
