/** A two-way channel of structured-cloned messages, as the peer sees it. */
export interface RpcPort {
  /** Throws when the message can't be cloned. */
  post(message: unknown): void;
  /** Called once, after onClose. Messages that came earlier must not be lost. */
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: (reason: string) => void): void;
  close(): void;
}

/** Node's MessagePort and Worker, Electron's MessagePortMain, ParentPort and UtilityProcess. */
export interface EmitterPort {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  postMessage(message: unknown): void;
  start?(): void;
  close?(): void;
}

/** The DOM's MessagePort and Worker; Node's MessagePort can be used like this too. */
export interface EventTargetPort {
  addEventListener(type: string, listener: (event: unknown) => void): void;
  postMessage(message: unknown): void;
  start?(): void;
  close?(): void;
}

interface AnyEmitter {
  on(event: string, listener: (value: unknown) => void): unknown;
}

const CLOSE_REASONS: Readonly<Record<string, string>> = {
  close: 'port closed',
  exit: 'the other side exited',
  error: 'the other side failed',
  messageerror: 'a message could not be read',
};

const dataOf = (event: unknown): unknown =>
  typeof event === 'object' && event !== null && 'data' in event ? event.data : undefined;

/**
 * Decided by the port, never by the message: a hostile message could look like an event. Node's ports and
 * the parent's end of a Worker or UtilityProcess hand over the value, Electron's ports an event.
 */
const emitsValues = (port: object): boolean =>
  'addEventListener' in port || 'terminate' in port || 'kill' in port;

/**
 * Wraps an emitter-style port. A Worker or UtilityProcess counts as closed when it exits or fails; closing
 * the RpcPort does not end it: whoever made it does.
 */
export const fromEmitterPort = (port: EmitterPort): RpcPort => {
  const emitter: AnyEmitter = port;
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', emitsValues(port) ? listener : (event) => listener(dataOf(event)));
      port.start?.();
    },
    onClose: (listener) => {
      for (const [event, reason] of Object.entries(CLOSE_REASONS)) emitter.on(event, () => listener(reason));
    },
    close: () => port.close?.(),
  };
};

/**
 * Wraps an EventTarget-style port. Older DOMs fire no 'close' event on a MessagePort: there only the other
 * peer's goodbye message, or whoever watches the process, tells that it is gone.
 */
export const fromEventTargetPort = (port: EventTargetPort): RpcPort => ({
  post: (message) => {
    port.postMessage(message);
  },
  onMessage: (listener) => {
    port.addEventListener('message', (event) => listener(dataOf(event)));
    port.start?.();
  },
  onClose: (listener) => {
    for (const [event, reason] of Object.entries(CLOSE_REASONS)) {
      port.addEventListener(event, () => listener(reason));
    }
  },
  close: () => port.close?.(),
});
