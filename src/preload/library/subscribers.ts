import type { IpcRenderer } from 'electron';
import type { Unsubscribe } from '../../shared/ipc/api.ts';
import { Listeners } from '../listeners.ts';

/** Subscriptions to what main tells. */
export class Subscribers {
  readonly #ipc: Pick<IpcRenderer, 'on'>;

  constructor(ipc: Pick<IpcRenderer, 'on'>) {
    this.#ipc = ipc;
  }

  of(channel: string): (listener: (event: never) => void) => Unsubscribe {
    const listeners = new Listeners();
    this.#ipc.on(channel, (_event, payload: unknown) => listeners.tell(payload));
    return (listener) => listeners.add(listener);
  }
}
