import type { LockdownOrder } from '../../../shared/contract/isolation.ts';
import type { SelfCheck } from '../../../shared/protocol/interpreter.ts';
import type { Lockdown } from '../../lockdown/lockdown.ts';

/** Self-checks and lockdown of the process, or the page, that holds the interpreters. */
export interface ProcessGuard {
  /** Disables what can be disabled from within. @returns checks that must hold before any interpreter is started */
  check(): SelfCheck[];
  /** Asks the operating system to refuse everything that Python does not need. Irreversible. */
  lockDown(order: LockdownOrder): Lockdown;
}
