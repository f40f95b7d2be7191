/**
 * What the sidecar's control thread uses of `node:worker_threads`, by means of a browser: bundled in its place, so that
 * the control thread's own code runs in a page.
 */
type Listener = (value: unknown) => void;

/** Listeners by event. */
class Emitter {
  readonly #listeners = new Map<string, Listener[]>();

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  emit(event: string, value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value);
  }
}

const silent = { resume: (): void => undefined };

/** A Web Worker with the interface of Node's. Its script is an address, not source. */
export class Worker extends Emitter {
  readonly stdout = silent;
  readonly stderr = silent;
  readonly #worker: globalThis.Worker;
  #isOver = false;

  constructor(address: string) {
    super();
    this.#worker = new globalThis.Worker(address);
    this.#worker.addEventListener('message', (event) => this.emit('message', event.data));
    this.#worker.addEventListener('messageerror', () => this.emit('messageerror', undefined));
    this.#worker.addEventListener('error', (event) => this.emit('error', new Error(event.message)));
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  terminate(): Promise<number> {
    this.#worker.terminate();
    // A browser does not tell when a worker is gone.
    if (!this.#isOver) this.emit('exit', 1);
    this.#isOver = true;
    return Promise.resolve(1);
  }
}

/** Nothing keeps a page alive, so there is nothing that a port could stop doing. */
const withoutRef = (port: MessagePort): MessagePort =>
  Object.assign(port, { ref: () => undefined, unref: () => undefined });

export class MessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;

  constructor() {
    const { port1, port2 } = new globalThis.MessageChannel();
    this.port1 = withoutRef(port1);
    this.port2 = withoutRef(port2);
  }
}
