import type { LockdownOrder } from '../../../shared/contract/isolation.ts';
import type { SelfCheck } from '../../../shared/protocol/interpreter.ts';
import type { Lockdown } from '../../lockdown/lockdown.ts';

/** The process, or the page, around the interpreters: whether it is what it should be, and what it may still do. */
export interface ProcessGuard {
  /** Forbids what can be forbidden from within. @returns what must hold before any interpreter is started */
  check(): SelfCheck[];
  /** Has the operating system refuse everything that running Python does not need. Irreversible. */
  lockDown(order: LockdownOrder): Lockdown;
}
