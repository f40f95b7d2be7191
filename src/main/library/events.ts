import { z } from 'zod';
import { SandboxEvent as Told } from '../../shared/contract/sandbox-events.ts';
import type { Disposable, SandboxEvent, SandboxEvents } from './api/api.ts';
import { parseOption } from './options.ts';

const Type = z.enum(Told.options.map(({ shape }) => shape.type.value));
const Listener = z.custom<object>((value) => typeof value === 'function', 'must be a function');

export class EventSource implements SandboxEvents {
  readonly #listeners = new Set<{ readonly listener: (event: SandboxEvent) => void }>();

  on<T extends SandboxEvent['type']>(
    type: T,
    listener: (event: Extract<SandboxEvent, { type: T }>) => void,
  ): Disposable {
    parseOption(Type, type, 'type');
    parseOption(Listener, listener, 'listener');
    return this.onAny((event) => {
      if (event.type === type) listener(event as Extract<SandboxEvent, { type: T }>);
    });
  }

  onAny(listener: (event: SandboxEvent) => void): Disposable {
    parseOption(Listener, listener, 'listener');
    // An entry of its own, so that one function may listen twice.
    const entry = { listener };
    this.#listeners.add(entry);
    return { dispose: () => void this.#listeners.delete(entry) };
  }

  tell(event: SandboxEvent): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        // Told where uncaught errors are, after the work that this event is about.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
