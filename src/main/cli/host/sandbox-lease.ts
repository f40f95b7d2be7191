import type { Runner } from '../../run/runner.ts';
import { aborted, settledWithin } from '../terminal/waiting.ts';

/** The one sandbox a command opens; makes sure that it is disposed of, also while it is still opening. */
export class SandboxLease<Options> {
  readonly #open: (options: Options) => Promise<Runner>;
  #opening: Promise<Runner> | null = null;
  #disposing: Promise<void> | null = null;

  constructor(open: (options: Options) => Promise<Runner>) {
    this.#open = open;
  }

  /** Opens the sandbox; null when the signal was aborted first. */
  async open(options: Options, signal: AbortSignal): Promise<Runner | null> {
    if (signal.aborted) return null;
    this.#opening = this.#open(options);
    return Promise.race([this.#opening, aborted(signal).then(() => null)]);
  }

  /** Disposes of the sandbox, waiting at most `ms` milliseconds. Returns what went wrong, or null. */
  async release(ms: number): Promise<string | null> {
    if (this.#opening === null) return null;
    this.#disposing ??= this.#opening.then(
      (sandbox) => sandbox.dispose(),
      // It never opened, so there is nothing to dispose of; the caller of open() has the reason.
      () => undefined,
    );
    try {
      return (await settledWithin(this.#disposing, ms)) ? null : 'the sandbox takes too long to shut down';
    } catch (error) {
      return `the sandbox did not shut down cleanly: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
