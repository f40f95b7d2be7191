import type { WorkerImage, WorkerStart } from '../../../src/shared/protocol/worker-protocol.ts';
import { fromEventTargetPort, type RpcPort } from '../../../src/shared/rpc/port.ts';
import type {
  HostThread,
  ThreadHost,
  ThreadListener,
} from '../../../src/utility/control/host/thread-host.ts';

/** A browser does not tell when a worker is gone; it is when it was terminated. */
const EXIT_CODE = 1;

class WebThread implements HostThread {
  readonly port: RpcPort;
  readonly #worker: Worker;
  readonly #onExit: ThreadListener['onExit'];
  readonly #images = new MessageChannel();
  readonly #onClose: ((reason: string) => void)[] = [];
  #isOver = false;

  constructor(worker: Worker, { onExit }: ThreadListener) {
    this.#worker = worker;
    this.#onExit = onExit;
    const port = fromEventTargetPort({
      addEventListener: (type, listener) => worker.addEventListener(type, listener),
      postMessage: (message) => worker.postMessage(message),
    });
    this.port = { ...port, onClose: (listener) => void this.#onClose.push(listener) };
  }

  begin(start: Omit<WorkerStart, 'images'>): void {
    const { port2: images } = this.#images;
    this.#worker.postMessage({ ...start, images } satisfies WorkerStart, [images]);
  }

  giveImage(image: WorkerImage | null): void {
    if (image !== null) this.#images.port1.postMessage(image, [image.snapshot.buffer as ArrayBuffer]);
    this.#images.port1.close();
  }

  terminate(): Promise<void> {
    this.#worker.terminate();
    if (this.#isOver) return Promise.resolve();
    this.#isOver = true;
    this.#onExit(EXIT_CODE);
    for (const listener of this.#onClose) listener('the other side exited');
    return Promise.resolve();
  }
}

/** Web Workers of a page. The script is an address, not source. */
export class WebThreads implements ThreadHost {
  start(script: string, listener: ThreadListener): HostThread {
    const worker = new Worker(script);
    worker.addEventListener('error', ({ message }) => listener.onError(new Error(message)));
    return new WebThread(worker, listener);
  }

  nextTurn(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve));
  }
}
