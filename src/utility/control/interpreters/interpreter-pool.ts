import PQueue from 'p-queue';
import type { SelfCheck } from '../../../shared/protocol/interpreter.ts';
import type { SnapshotUse } from '../../../shared/protocol/sidecar-protocol.ts';
import type { InterpreterThread } from './interpreter-thread.ts';

/** Concurrent starts; more would only compete for the processor. */
const CONCURRENT_BOOTS = 2;

/** When the next spare is started after one was handed out. Starting it takes the processor from the run that is about to begin. */
export interface RefillTimes {
  /** From the end of its first run, in ms: the outcome is on its way. */
  readonly afterRunMs: number;
  /** From when it was handed out, in ms, if that run goes on. */
  readonly latestMs: number;
}

const REFILL: RefillTimes = { afterRunMs: 20, latestMs: 250 };

/** Requested interpreters are started before spare ones. */
const PRIORITY = { wanted: 1, spare: 0 } as const;

/** A started interpreter in which no guest code has run, with the results of its thread's self-checks. */
export interface StartedInterpreter {
  readonly thread: InterpreterThread;
  readonly checks: SelfCheck[];
  readonly snapshot: SnapshotUse;
}

/** A pool of prewarmed interpreters. Each is handed out once and never returned. */
export class InterpreterPool {
  readonly #start: () => Promise<StartedInterpreter>;
  readonly #refillTimes: RefillTimes;
  readonly #boots = new PQueue({ concurrency: CONCURRENT_BOOTS });
  readonly #ready: StartedInterpreter[] = [];
  /** Callers that wait for a spare that is being started; called with null when its start failed. */
  readonly #waiting: ((spare: StartedInterpreter | null) => void)[] = [];
  #starting = 0;
  #wanted = 0;

  /**
   * @param start starts an interpreter, or rejects and leaves nothing behind
   */
  constructor(start: () => Promise<StartedInterpreter>, refillTimes = REFILL) {
    this.#start = start;
    this.#refillTimes = refillTimes;
  }

  /** Spares that are ready or being made ready. */
  get size(): number {
    return this.#ready.length + this.#starting - this.#waiting.length;
  }

  /** Sets the number of spares; surplus ones are terminated. Resolves when no start is pending. */
  async keep(spares: number): Promise<void> {
    this.#wanted = spares;
    for (const { thread } of this.#ready.splice(spares)) void thread.terminate();
    this.#refill();
    await this.#boots.onIdle();
  }

  /** @throws RpcError when no interpreter can be started */
  async take(): Promise<StartedInterpreter> {
    const spare = this.#ready.shift() ?? (await this.#nextSpare());
    if (spare !== null) {
      this.#refillAfter(spare);
      return spare;
    }
    // Queued before a new spare, which would take the free slot and delay this caller.
    const own = this.#boots.add(() => this.#start(), { priority: PRIORITY.wanted });
    this.#refill();
    return own;
  }

  /** A spare that is being started and that no other caller waits for, or null. */
  #nextSpare(): Promise<StartedInterpreter | null> | null {
    if (this.#starting <= this.#waiting.length) return null;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #refillAfter({ thread }: StartedInterpreter): void {
    const { afterRunMs, latestMs } = this.#refillTimes;
    const latest = setTimeout(() => this.#refill(), latestMs);
    void thread.firstRun.then(() => {
      clearTimeout(latest);
      setTimeout(() => this.#refill(), afterRunMs);
    });
  }

  #refill(): void {
    while (this.size < this.#wanted) {
      this.#starting++;
      void this.#boots.add(() => this.#addSpare(), { priority: PRIORITY.spare });
    }
  }

  async #addSpare(): Promise<void> {
    // A failed spare is not reported: the next request starts an interpreter itself and reports its failure.
    const spare = await this.#start().catch(() => null);
    this.#starting--;
    const taker = this.#waiting.shift();
    if (taker !== undefined) {
      taker(spare);
    } else if (spare !== null && this.#ready.length < this.#wanted) {
      this.#ready.push(spare);
      void spare.thread.died.then(() => this.#forget(spare));
    } else {
      await spare?.thread.terminate();
    }
  }

  #forget(spare: StartedInterpreter): void {
    const index = this.#ready.indexOf(spare);
    if (index >= 0) this.#ready.splice(index, 1);
  }
}
