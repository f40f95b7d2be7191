import type { IpcRenderer } from 'electron';
import type { Unsubscribe } from '../../shared/ipc/api.ts';
import { deliver } from '../bridge.ts';

/** Subscriptions to what main tells. One listener of ours for each channel, however many the page has. */
export class Subscribers {
  readonly #ipc: Pick<IpcRenderer, 'on'>;

  constructor(ipc: Pick<IpcRenderer, 'on'>) {
    this.#ipc = ipc;
  }

  of(channel: string): (listener: (event: never) => void) => Unsubscribe {
    const listeners = new Set<{ readonly listener: (event: never) => void }>();
    this.#ipc.on(channel, (_event, payload: unknown) => {
      for (const { listener } of [...listeners]) deliver(listener, payload as never);
    });
    return (listener) => {
      if (typeof listener !== 'function') throw new TypeError('a subscription needs a function to call');
      const entry = { listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    };
  }
}
