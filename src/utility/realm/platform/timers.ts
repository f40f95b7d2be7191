import type { HostBridge } from '../../../shared/protocol/guest-bridge.ts';

type Callback = (...values: unknown[]) => unknown;

const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * setTimeout for the realm. Callbacks stay here; the host knows numbers only. Each belongs to the run that
 * set it: once that run is over it never fires, so nothing goes on behind a result.
 */
export class Timers {
  readonly #bridge: HostBridge;
  readonly #callbacks = new Map<number, () => unknown>();
  #nextId = 1;

  constructor(bridge: HostBridge) {
    this.#bridge = bridge;
  }

  set(callback: Callback, delay: unknown, values: unknown[]): number {
    const id = this.#nextId++;
    const delayMs = Number(delay);
    this.#callbacks.set(id, () => callback(...values));
    this.#bridge.setTimer(id, delayMs >= 0 && delayMs <= LONGEST_DELAY_MS ? delayMs : 0);
    return id;
  }

  clear(id: unknown): void {
    if (typeof id === 'number') this.#callbacks.delete(id);
  }

  fire(id: number): void {
    const callback = this.#callbacks.get(id);
    this.#callbacks.delete(id);
    callback?.();
  }

  clearAll(): void {
    this.#callbacks.clear();
  }
}
