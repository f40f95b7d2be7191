import type { Runner } from '../../run/runner.ts';
import type { CliDependencies, SandboxOptions } from '../dependencies.ts';
import { aborted, settledWithin } from '../terminal/waiting.ts';

/** The one sandbox a command opens; makes sure that it is disposed of, also while it is still opening. */
export class SandboxLease {
  readonly #open: CliDependencies['openSandbox'];
  #opening: Promise<Runner> | null = null;
  #disposing: Promise<void> | null = null;

  constructor(open: CliDependencies['openSandbox']) {
    this.#open = open;
  }

  /** Opens the sandbox; null when the signal was aborted first. */
  async open(options: SandboxOptions, signal: AbortSignal): Promise<Runner | null> {
    if (signal.aborted) return null;
    this.#opening = this.#open(options);
    return Promise.race([this.#opening, aborted(signal).then(() => null)]);
  }

  /** Disposes of the sandbox, waiting at most `ms` milliseconds. Returns what went wrong, or null. */
  async release(ms: number): Promise<string | null> {
    if (this.#opening === null) return null;
    this.#disposing ??= this.#opening.then(
      (sandbox) => sandbox.dispose(),
      // It never opened, so there is nothing to dispose of; whoever opened it knows the reason.
      () => undefined,
    );
    try {
      return (await settledWithin(this.#disposing, ms)) ? null : 'the sandbox takes too long to shut down';
    } catch (error) {
      return `the sandbox did not shut down cleanly: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
