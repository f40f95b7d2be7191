import type { GuestOutcome } from '../../shared/sandbox.ts';
import { normalizeName } from '../packages/package-entry.ts';

/** What Python, and our `micropip`, say of a module that is not there. */
const NO_MODULE = /^No module named '([^']{1,200})'|^No package named '([^']{1,200})'/u;

/** Why packages are not there that code imports, by module and by package. */
export class ModuleAdvice {
  readonly #reasons = new Map<string, string>();

  /** @param reason what to do is in it */
  add(name: string, reason: string): void {
    this.#reasons.set(keyOf(name), reason);
  }

  /** Adds to an error about a missing module why it is missing and what would help. Other outcomes stay as they are. */
  applyTo(outcome: GuestOutcome): GuestOutcome {
    const { error } = outcome;
    if (error?.type !== 'ModuleNotFoundError') return outcome;
    const match = NO_MODULE.exec(error.message);
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) return outcome;
    const advice = this.#reasons.get(keyOf(name)) ?? this.#reasons.get(keyOf(name.split('.')[0] ?? name));
    if (advice === undefined) return outcome;
    const traceback = error.traceback === '' ? '' : `${error.traceback.replace(/\n?$/u, '\n')}${advice}\n`;
    return { ...outcome, error: { ...error, message: `${error.message}; ${advice}`, traceback } };
  }
}

/** A requirement's or a module's name, without version or case. */
const keyOf = (name: string): string => normalizeName(/^[\w.-]+/u.exec(name.trim())?.[0] ?? name);
