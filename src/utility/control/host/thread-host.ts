import type { WorkerImage, WorkerStart } from '../../../shared/protocol/worker-protocol.ts';
import type { RpcPort } from '../../../shared/rpc/port.ts';

/** How a thread came to its end. */
export interface ThreadListener {
  /** Something in it failed; its exit follows. */
  readonly onError: (error: unknown) => void;
  readonly onExit: (code: number) => void;
}

/** A thread that an interpreter lives in. */
export interface HostThread {
  /** To its worker, once that has begun. It closes with the thread. */
  readonly port: RpcPort;
  /** Tells it what to be. */
  begin(start: Omit<WorkerStart, 'images'>): void;
  /**
   * What an interpreter that is restored is restored from, or that there is nothing. To be called once, before the
   * worker is asked to boot. The memory of the snapshot is given away.
   */
  giveImage(image: WorkerImage | null): void;
  /** Ends the thread, also while it runs code. Resolves once it is gone. */
  terminate(): Promise<void>;
}

/** Where threads come from: worker threads of Node's; Web Workers in a page. */
export interface ThreadHost {
  /**
   * A thread that waits to be told what to be.
   *
   * @param script source of the worker, whole
   * @throws Error when there is no room for one
   */
  start(script: string, listener: ThreadListener): HostThread;
  /** Resolves when the messages that have come by now have been handled. */
  nextTurn(): Promise<void>;
}
