/** The part of AbortSignal that RPC needs. Every real AbortSignal is one. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * An AbortController of our own: this folder may use no global that isn't ECMAScript, and a listener that
 * throws must not reach the event loop (the platform's EventTarget would report it there).
 */
export class AbortSource implements AbortSignalLike {
  readonly #listeners = new Set<() => void>();
  readonly #onListenerError: (error: unknown) => void;
  #aborted = false;
  #reason: unknown = undefined;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.#aborted) this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#onListenerError(error);
      }
    }
    this.#listeners.clear();
  }
}
