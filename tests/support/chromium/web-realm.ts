/**
 * A Web Worker's only realm as the guest's: host and guest share it. So it keeps nothing but the language, and what the
 * host needs of the browser is captured before. What a guest does to the host in it harms that worker alone.
 */
import { codeFromStringsIsRefused } from '../../../src/shared/code-generation.ts';
import type { GuestCore } from '../../../src/shared/protocol/guest-bridge.ts';
import type { SelfCheck } from '../../../src/shared/protocol/interpreter.ts';
import type { EvaluatedRealm, RealmHost } from '../../../src/utility/worker/host-ports.ts';
import { KEPT_GLOBALS } from '../../../src/utility/worker/harden.ts';
import { GUEST_ADDRESS, GUEST_CORE } from './addresses.ts';

const global: Record<string | symbol, unknown> = globalThis;

/** The global object and what it inherits from, down to where the language begins. */
const globalObjects = (): object[] => {
  const found: object[] = [];
  for (let owner: object | null = global; owner !== null && owner !== Object.prototype;) {
    found.push(owner);
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  return found;
};

/** Old constants of the file system interface can't be removed; they are numbers. */
const isNumber = (owner: object, name: string | symbol): boolean =>
  typeof Reflect.getOwnPropertyDescriptor(owner, name)?.value === 'number';

/** Names that lead to something of the browser's, and not of the language. */
const platformNames = (): (string | symbol)[] =>
  globalObjects().flatMap((owner) =>
    Reflect.ownKeys(owner).filter((name) => !KEPT_GLOBALS.has(name) && !isNumber(owner, name)),
  );

const forgetPlatform = (): void => {
  for (const owner of globalObjects()) {
    for (const name of Reflect.ownKeys(owner))
      if (!KEPT_GLOBALS.has(name)) Reflect.deleteProperty(owner, name);
  }
};

interface ScriptPolicy {
  createScriptURL(address: string): string;
}
declare const trustedTypes: {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
};
declare const importScripts: (address: string) => void;

const stackOf = (error: Error): unknown => error.stack;

export class WebRealmHost implements RealmHost {
  readonly #evaluate: () => void;

  constructor() {
    // The only policy that the worker's content security policy admits, for the only script.
    const policy = trustedTypes.createPolicy('vivarium', { createScriptURL: () => GUEST_ADDRESS });
    const load = importScripts;
    this.#evaluate = () => load(policy.createScriptURL(GUEST_ADDRESS));
  }

  open(guestScript: string): { readonly realm: EvaluatedRealm; readonly checks: SelfCheck[] } {
    forgetPlatform();
    const left = platformNames().map(String);
    this.#evaluate();
    const core = global[GUEST_CORE] as GuestCore;
    Reflect.deleteProperty(global, GUEST_CORE);
    const checks: SelfCheck[] = [
      {
        name: `worker: nothing but the language (${left.join(', ').slice(0, 150)})`,
        layer: 'frozen-worker',
        holds: left.length === 0,
      },
      {
        name: 'worker: no code from strings',
        layer: 'no-code-from-strings',
        holds: codeFromStringsIsRefused(Function),
      },
      {
        name: 'realm: errors carry no stack',
        layer: 'bare-realm',
        holds: stackOf(new Error('x')) === undefined,
      },
      {
        name: 'realm: no streaming compilation',
        layer: 'bare-realm',
        holds: !('compileStreaming' in WebAssembly) && !('instantiateStreaming' in WebAssembly),
      },
      { name: 'guest bundle: no import()', layer: 'bare-realm', holds: !/\bimport\s*\(/u.test(guestScript) },
    ];
    return { realm: { core, codeCache: () => new Uint8Array(0) }, checks };
  }
}
