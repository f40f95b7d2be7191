import type { RpcPort } from './port.ts';

/** A Node IPC channel: a ChildProcess, or `process` in the child. `serialization` must be 'advanced'. */
export interface IpcChannel {
  readonly connected?: boolean;
  send?: (message: never, callback: (error: Error | null) => void) => boolean;
  disconnect?: () => void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

const MAX_NODES = 1_000_000;

/**
 * Node hands over byte arrays as views of the whole received message. The peer accounts for what a view
 * keeps alive, so each gets memory of its own. Messages with more values than any limit allows are left as
 * they are: the peer refuses them.
 */
const detachViews = (message: unknown): unknown => {
  const root = { message };
  const waiting: object[] = [root];
  let nodes = 0;
  for (let owner = waiting.pop(); owner !== undefined; owner = waiting.pop()) {
    for (const [key, value] of Object.entries(owner) as [string, unknown][]) {
      if (++nodes > MAX_NODES) return message;
      if (typeof value !== 'object' || value === null) continue;
      if (value instanceof Uint8Array) {
        Object.defineProperty(owner, key, {
          value: new Uint8Array(value),
          enumerable: true,
          writable: true,
          configurable: true,
        });
      } else if (!ArrayBuffer.isView(value)) {
        waiting.push(value);
      }
    }
  }
  return root.message;
};

/** Wraps a Node IPC channel for a peer. */
export const fromIpcChannel = (channel: IpcChannel): RpcPort => ({
  post: (message) => {
    // A channel that breaks says so by 'disconnect'; without a callback it would throw an 'error' event.
    channel.send?.(message as never, () => undefined);
  },
  onMessage: (listener) => {
    channel.on('message', (message) => listener(detachViews(message)));
  },
  onClose: (listener) => {
    const close = (): void => listener('the other process is gone');
    // Whoever went before anyone listened says nothing more.
    if (channel.connected === false) void Promise.resolve().then(close);
    else channel.on('disconnect', close);
  },
  close: () => {
    if (channel.connected === true) channel.disconnect?.();
  },
});
