import { createContext, Script, constants, type Context } from 'node:vm';
import type { GuestCore } from '../../shared/protocol/guest-bridge.ts';
import type { SelfCheck } from '../../shared/protocol/interpreter.ts';
import type { EvaluatedRealm, RealmHost } from './host-ports.ts';
import { hardenThread } from './harden.ts';
import { threadChecks } from './self-checks.ts';

const GUEST_SCRIPT_NAME = 'guest.js';

/** A bare realm of Node's, with the guest core in it. */
export class VmRealm implements EvaluatedRealm {
  readonly core: GuestCore;
  readonly #context: Context;
  readonly #script: Script;

  /** @param codeCache what `codeCache()` of an earlier realm gave; ignored when it does not fit */
  constructor(guestScript: string, codeCache?: Uint8Array) {
    // An ordinary global object without Node's interceptors: no host-realm object stands behind it.
    this.#context = createContext(constants.DONT_CONTEXTIFY, {
      name: 'guest',
      codeGeneration: { strings: false, wasm: true },
    });
    // Strict, as the modules in it were: a sloppy function hands out the global object and, while it runs,
    // its arguments and its caller.
    this.#script = new Script(`'use strict';${guestScript}`, {
      filename: GUEST_SCRIPT_NAME,
      cachedData: codeCache,
    });
    this.core = this.#script.runInContext(this.#context) as GuestCore;
  }

  codeCache(): Uint8Array {
    return this.#script.createCachedData();
  }

  /** Evaluates an expression of ours in the realm; for checks before a guest is in it. */
  probe(expression: string): unknown {
    return new Script(expression, { filename: 'probe' }).runInContext(this.#context);
  }
}

/** Bare realms in a thread of Node's, which is hardened before one is made. */
export class VmRealmHost implements RealmHost {
  readonly #process: object;

  constructor(processObject: object) {
    this.#process = processObject;
  }

  open(
    guestScript: string,
    codeCache: Uint8Array,
  ): { readonly realm: VmRealm; readonly checks: SelfCheck[] } {
    hardenThread(this.#process);
    const realm = new VmRealm(guestScript, codeCache);
    const checks = threadChecks(this.#process, guestScript, (expression) => realm.probe(expression));
    return { realm, checks };
  }
}
