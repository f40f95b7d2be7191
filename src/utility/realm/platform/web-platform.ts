import type { HostBridge } from '../../../shared/protocol/guest-bridge.ts';
import { RealmTextDecoder, RealmTextEncoder } from './text-codec.ts';

/** Where the runtime believes it was loaded from. No such place exists. */
const BASE_URL = 'file:///pyodide/';

const RANDOM_CHUNK = 65_536;

const nothing = (): void => undefined;

/** As much of the URL standard as resolving file names against `BASE_URL` needs. */
class RealmUrl {
  readonly href: string;

  constructor(path: string, base?: unknown) {
    const folder = String(base);
    this.href = path.includes('://') ? path : folder.slice(0, folder.lastIndexOf('/') + 1) + path;
  }

  toString(): string {
    return this.href;
  }
}

const fillRandom = (bridge: HostBridge, target: ArrayBufferView): ArrayBufferView => {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  for (let start = 0; start < bytes.length; start += RANDOM_CHUNK) {
    const length = Math.min(RANDOM_CHUNK, bytes.length - start);
    const random = bridge.random(length);
    if (random.length !== length) throw new Error('no randomness to be had');
    for (let index = 0; index < length; index++) bytes[start + index] = random.charCodeAt(index);
  }
  return target;
};

/**
 * Gives the bare realm what makes Emscripten take it for a module web worker. Everything is made of objects of
 * this realm; the host is reached through `bridge`, which stays in closures.
 */
export const installWebPlatform = (realm: Record<string, unknown>, bridge: HostBridge): void => {
  // Emscripten asks `self instanceof WorkerGlobalScope`.
  const WorkerGlobalScope = function WorkerGlobalScope(): void {
    throw new TypeError('Illegal constructor');
  };
  Object.defineProperty(WorkerGlobalScope, Symbol.hasInstance, {
    value: (value: unknown) => value === realm,
  });
  Object.assign(realm, {
    self: realm,
    WorkerGlobalScope,
    location: { href: BASE_URL, toString: () => BASE_URL },
    importScripts: () => {
      throw new TypeError('a module worker has no importScripts');
    },
    performance: {
      now: () => bridge.now(),
      timeOrigin: 0,
    },
    console: {
      log: nothing,
      warn: nothing,
      error: nothing,
      info: nothing,
      debug: nothing,
      trace: nothing,
    },
    navigator: { userAgent: '' },
    crypto: { getRandomValues: (target: ArrayBufferView) => fillRandom(bridge, target) },
    // Nothing of the guest's runs when nothing of it is on the stack.
    setTimeout: () => 0,
    clearTimeout: nothing,
    TextDecoder: RealmTextDecoder,
    TextEncoder: RealmTextEncoder,
    URL: RealmUrl,
  });
};
