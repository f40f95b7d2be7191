import { setImmediate } from 'node:timers/promises';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { WorkerImage, WorkerStart } from '../../../shared/protocol/worker-protocol.ts';
import { fromEmitterPort, type RpcPort } from '../../../shared/rpc/port.ts';
import { bootWorker } from './boot-worker.ts';
import type { HostThread, ThreadHost, ThreadListener } from '../host/thread-host.ts';

class NodeThread implements HostThread {
  readonly port: RpcPort;
  readonly #worker: Worker;
  /** See `WorkerStart.images`. */
  readonly #images: MessagePort;
  readonly #imagesOfWorker: MessagePort;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.port = fromEmitterPort(worker);
    const { port1, port2 } = new MessageChannel();
    this.#images = port1;
    this.#imagesOfWorker = port2;
    // It keeps nothing alive.
    port1.unref();
  }

  begin(start: Omit<WorkerStart, 'images'>): void {
    const images = this.#imagesOfWorker;
    this.#worker.postMessage({ ...start, images } satisfies WorkerStart, [images]);
  }

  giveImage(image: WorkerImage | null): void {
    if (image !== null) this.#images.postMessage(image, [image.snapshot.buffer as ArrayBuffer]);
    this.#images.close();
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Worker threads of Node's. */
export class NodeThreads implements ThreadHost {
  start(script: string, { onError, onExit }: ThreadListener): HostThread {
    const worker = bootWorker(script);
    // Registered before listeners for messages, so that the reason of an end is known before the end.
    worker.on('error', onError);
    worker.on('exit', onExit);
    return new NodeThread(worker);
  }

  async nextTurn(): Promise<void> {
    await setImmediate();
  }
}
