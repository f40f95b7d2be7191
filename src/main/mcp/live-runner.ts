import type { SessionRunner } from './session-runner.ts';

/** Opens a runner when the first call needs it, and another one when that is gone. */
export class LiveRunner {
  readonly #open: () => Promise<SessionRunner>;
  #opening: Promise<SessionRunner> | null = null;
  #isDisposed = false;

  constructor(open: () => Promise<SessionRunner>) {
    this.#open = open;
  }

  /** @throws Error when there is none to be had, with what to do */
  async get(): Promise<SessionRunner> {
    if (this.#isDisposed) throw new Error('the server is ending');
    const opening = this.#opening;
    if (opening !== null) {
      try {
        const runner = await opening;
        await runner.status();
        return runner;
      } catch {
        // Whoever comes at the same time finds the new one.
        if (this.#opening === opening) this.#opening = null;
      }
    }
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#opening?.then((runner) => runner.dispose()).catch(() => undefined);
  }
}
