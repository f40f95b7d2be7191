import type { IpcRenderer } from 'electron';
import type { Answer } from '../shared/ipc/answer.ts';
import type { Unsubscribe } from '../shared/ipc/api.ts';
import type { NumberedAnswer } from '../shared/ipc/channels.ts';
import { Listeners } from './listeners.ts';

/** How a call says that it failed. */
export type Failure<T> = (code: 'internal' | 'invalid-argument', message: string) => T;

/** The answer for a failure, as most calls have it. */
export const failed: Failure<Answer<never>> = (code, message) => ({ ok: false, error: { code, message } });

export const failureOf = (error: unknown): Parameters<Failure<unknown>> =>
  error instanceof Error && error.message.includes('could not be cloned')
    ? ['invalid-argument', 'what was sent can not be sent; give plain values only']
    : ['internal', 'the app did not answer; try again'];

/**
 * What goes between the page and main. Answers and events take different ways; so main numbers its events, and an
 * answer is given to the page only after the events that came before it.
 */
export class Bridge {
  readonly #ipc: Pick<IpcRenderer, 'invoke' | 'on'>;
  /** Number of the last event. */
  #lastReceived = 0;
  /** Answers that came before their events did. */
  readonly #waiting = new Set<{ readonly for: number; readonly go: () => void }>();

  constructor(ipc: Pick<IpcRenderer, 'invoke' | 'on'>) {
    this.#ipc = ipc;
  }

  /**
   * Asks main over a channel. What can't be sent (functions, symbols) and a main that is gone give the answer
   * for a failure: the page never sees a rejection.
   */
  asker<T>(channel: string, failure: Failure<unknown>): (...given: unknown[]) => Promise<T> {
    return async (...given) => {
      try {
        const [after, answer] = (await this.#ipc.invoke(channel, ...given)) as NumberedAnswer;
        if (after > this.#lastReceived) {
          await new Promise<void>((go) => void this.#waiting.add({ for: after, go }));
        }
        return answer as T;
      } catch (error) {
        return failure(...failureOf(error)) as T;
      }
    };
  }

  /** Makes subscriptions to what main tells over a channel, whatever that is. */
  subscriber(channel: string): (listener: (event: never) => void) => Unsubscribe {
    const listeners = new Listeners();
    this.#ipc.on(channel, (_event, number: number, payload: unknown) => {
      listeners.tell(payload);
      this.#lastReceived = number;
      for (const waiter of [...this.#waiting]) {
        if (waiter.for > number) continue;
        this.#waiting.delete(waiter);
        waiter.go();
      }
    });
    return (listener) => listeners.add(listener);
  }
}
