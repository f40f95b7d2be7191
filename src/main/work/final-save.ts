import type { Clock } from '../base/clock.ts';

/** The page has this long to save what it has not saved yet, in ms. */
const LIMIT_MS = 3000;

/** Waits for the page to save its last changes, before the app ends. */
export class FinalSave {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param ask asks the page, which answers with `settled` */
  async wait(ask: () => void): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(LIMIT_MS, resolve);
      this.#waiting.push(() => {
        cancel();
        resolve();
      });
      ask();
    });
  }

  settled(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}
