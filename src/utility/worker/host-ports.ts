/** What an interpreter needs of the thread that it runs in: a worker of Node's or of a page's. */
import type { AtomicsWait, CallRequest } from '../../shared/protocol/blocking-calls.ts';
import type { GuestCore } from '../../shared/protocol/guest-bridge.ts';
import type { SelfCheck } from '../../shared/protocol/interpreter.ts';

/** A realm in which the guest bundle has been evaluated. */
export interface EvaluatedRealm {
  readonly core: GuestCore;
  /** The engine's code cache of the guest script, so that a later realm need not compile it; or empty. */
  codeCache(): Uint8Array;
}

/** Creates the guest's realm. */
export interface RealmHost {
  /**
   * Hardens the thread, so that it is useless to a guest that escapes its realm, and creates the realm with the guest core.
   * Irreversible; to be called once.
   */
  open(
    guestScript: string,
    codeCache: Uint8Array,
  ): { readonly realm: EvaluatedRealm; readonly checks: SelfCheck[] };
}

/** What an interpreter uses of its thread, captured before the thread is hardened. */
export interface WorkerEnvironment {
  readonly now: () => number;
  /** One character per byte. */
  readonly random: (length: number) => string;
  readonly encode: (text: string) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => string;
  readonly forgetInterrupt: () => void;
  readonly isInterrupted: () => boolean;
  /** Whether the thread may be terminated soon, because the run was interrupted and has not ended. */
  readonly isStopping: () => boolean;
  /** Measures this thread's memory, and stores the result for the control thread. */
  readonly measure: () => void;
  readonly wait: AtomicsWait;
  /** Requests a part of a package's file from the control thread. */
  readonly askForPackageFile: (call: number, request: CallRequest<'readPackageFile'>) => void;
}
