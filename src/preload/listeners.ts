import type { Unsubscribe } from '../shared/ipc/api.ts';

type Listener = (event: never) => void;

/** What listens on one channel. Electron is given one listener for it, as it warns of many. */
export class Listeners {
  // Entries: the same function may listen twice.
  readonly #entries = new Set<{ readonly listener: Listener }>();

  /** @throws TypeError for what is no function */
  add(listener: Listener): Unsubscribe {
    if (typeof listener !== 'function') throw new TypeError('a subscription needs a function to call');
    const entry = { listener };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  /** Tells all that listen now. */
  tell(event: unknown): void {
    for (const { listener } of [...this.#entries]) deliver(listener, event as never);
  }
}

/** What a listener throws is reported as an error of the page, and does not affect others. */
const deliver = (listener: Listener, event: never): void => {
  try {
    listener(event);
  } catch (error) {
    void Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
};
