import { ipcRenderer } from 'electron';
import type { Unsubscribe } from '../shared/api.ts';

/**
 * Asks main over a channel. What can't be sent (functions, symbols) and a main that is gone give the answer
 * for a failure: the page never sees a rejection.
 */
export const asker =
  <T>(channel: string, failure: object | boolean) =>
  async (...given: unknown[]): Promise<T> => {
    try {
      return (await ipcRenderer.invoke(channel, ...given)) as T;
    } catch {
      return failure as T;
    }
  };

/** Makes subscriptions to what main tells over a channel, whatever that is. */
export const subscriber = (channel: string): ((listener: (event: never) => void) => Unsubscribe) => {
  // One listener of ours, however many the page has: Electron warns of many.
  const listeners = new Set<{ readonly hear: (event: never) => void }>();
  ipcRenderer.on(channel, (_event, payload: unknown) => {
    for (const { hear } of [...listeners]) hear(payload as never);
  });
  return (hear) => {
    if (typeof hear !== 'function') throw new TypeError('a subscription needs a function to call');
    const listener = { hear };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
};
