import type { LockdownOrder } from '../../../shared/contract/isolation.ts';
import type { SelfCheck } from '../../../shared/protocol/interpreter.ts';
import { lockDown, type Lockdown } from '../../lockdown/lockdown.ts';
import type { SystemCalls } from '../../lockdown/native-calls.ts';
import { forbidCodeFromStrings, processChecks } from './process-checks.ts';
import type { ProcessGuard } from '../host/process-guard.ts';

/** A process of Node's or Electron's. */
export class NodeProcessGuard implements ProcessGuard {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #loadBinding: (file: string) => SystemCalls;

  /** @param loadBinding gives the native calls for the lock-down */
  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    loadBinding: (file: string) => SystemCalls,
  ) {
    this.#environment = environment;
    this.#loadBinding = loadBinding;
  }

  check(): SelfCheck[] {
    forbidCodeFromStrings();
    return processChecks(this.#environment);
  }

  lockDown(order: LockdownOrder): Lockdown {
    return lockDown(order, this.#loadBinding);
  }
}
