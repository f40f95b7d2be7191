import type { WorkerImage, WorkerStart } from '../../../shared/protocol/worker-protocol.ts';
import type { RpcPort } from '../../../shared/rpc/port.ts';

/** How a thread ended. */
export interface ThreadListener {
  /** Something in it failed; its exit follows. */
  readonly onError: (error: unknown) => void;
  readonly onExit: (code: number) => void;
}

/** A thread that an interpreter lives in. */
export interface HostThread {
  /** Port to its worker, once that runs. Closes with the thread. */
  readonly port: RpcPort;
  /** Starts the worker in the thread. */
  begin(start: Omit<WorkerStart, 'images'>): void;
  /**
   * Gives the snapshot to an interpreter that waits to be restored, or tells it that there is none. To be called once, before
   * the worker is asked to boot. The memory of the snapshot is transferred.
   */
  giveImage(image: WorkerImage | null): void;
  /** Ends the thread, also while it runs code. Resolves once it is gone. */
  terminate(): Promise<void>;
}

/** Starts threads: Node's worker threads, or Web Workers in a page. */
export interface ThreadHost {
  /**
   * A thread that waits for its worker to be started.
   *
   * @param script source of the worker, whole
   * @throws Error when there is not enough memory for one
   */
  start(script: string, listener: ThreadListener): HostThread;
  /** Resolves when all messages that have arrived by now were handled. */
  nextTurn(): Promise<void>;
}
