import type { RunEnd, RunOrder } from '../../shared/protocol/interpreter.ts';
import { AbortSource } from '../../shared/rpc/abort.ts';
import type { Clock } from '../base/clock.ts';
import { raceStop, sharedController } from '../base/stop-signal.ts';
import type { Interpreter } from './backend.ts';
import { ReportError, type RunCollector } from './run-collector.ts';
import type { RunDeadline } from './run-deadline.ts';
import type { StoppedBy, Verdict } from './verdict.ts';

/** How long an interpreter may take to report the result of an interrupt, in addition to the interrupt's own limit, in ms. */
const ANSWER_LIMIT_MS = 250;

export interface RunExecutionOptions {
  readonly interpreter: Interpreter;
  readonly order: RunOrder;
  /** The run's time limit, and how it is told. */
  readonly deadline: RunDeadline;
  readonly limitMs: number;
  readonly collector: RunCollector;
  readonly clock: Clock;
  /** Cancels the run. */
  readonly signal: AbortSignal;
  /** Called once the run ends or is being stopped: later questions and calls are refused. */
  readonly onEnding?: () => void;
}

const never = sharedController().signal;

/**
 * Executes one run in an open interpreter until there is a verdict. Terminates an interpreter that must not be used
 * again.
 */
export class RunExecution {
  readonly #options: RunExecutionOptions;

  constructor(options: RunExecutionOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async run(): Promise<Verdict> {
    const { clock, collector, deadline, interpreter, limitMs, order, signal } = this.#options;
    const { outOfMemory } = interpreter;
    const ended = new AbortSource(() => undefined);
    const running = interpreter.run(order, (piece) => collector.push(piece), ended);
    try {
      const raced = await raceStop(running, clock, Infinity, signal, deadline.over, outOfMemory);
      if (raced.stopped === null) return await this.#conclude(raced.value);
      this.#options.onEnding?.();
      // The rejection is no longer awaited.
      running.catch(() => undefined);
      if (signal.aborted) return { kind: 'cancelled', by: await this.#stop(running) };
      if (deadline.over.aborted) return { kind: 'timeout', limitMs, by: await this.#stop(running) };
      await interpreter.terminate();
      return { kind: 'out-of-memory', detail: String(outOfMemory.reason) };
    } catch (error) {
      if (!(error instanceof ReportError)) return await interpreter.failed(error);
      // A guest can corrupt its own report, which ends its interpreter but not the process.
      await interpreter.terminate();
      return { kind: 'misbehaved', detail: error.message };
    } finally {
      this.#options.onEnding?.();
      deadline.end();
      // The result is final: later pieces are not part of it.
      ended.abort('the run has its verdict');
    }
  }

  async #conclude(end: RunEnd): Promise<Verdict> {
    const { collector, interpreter } = this.#options;
    if (end.kind === 'finished') {
      return { kind: 'finished', outcome: interpreter.advise(collector.conclude(end)) };
    }
    await interpreter.terminate();
    // An allocation refused by the kernel can surface as any kind of failure.
    const memory = interpreter.memoryExplanation();
    switch (end.cause) {
      case 'out-of-memory':
        return { kind: 'out-of-memory', detail: memory ?? end.detail };
      case 'misbehaved':
        return { kind: 'misbehaved', detail: end.detail };
      case 'fatal':
      case 'exited':
        if (memory !== null) return { kind: 'out-of-memory', detail: memory };
        return { kind: 'interpreter-died', detail: end.detail, stack: end.stack };
      case 'closed':
        return { kind: 'interpreter-died', detail: end.detail, stack: end.stack };
    }
  }

  /** Interrupts first, which keeps the state; then terminates the interpreter, or the process with it. */
  async #stop(running: Promise<RunEnd>): Promise<StoppedBy> {
    const { clock, collector, interpreter } = this.#options;
    const { interruptMs } = interpreter;
    try {
      const asking = interpreter.interrupt(interruptMs);
      const raced = await raceStop(asking, clock, interruptMs + ANSWER_LIMIT_MS, never);
      if (raced.stopped === null && raced.value) {
        const end = await raceStop(running, clock, ANSWER_LIMIT_MS, never);
        if (end.stopped === null && end.value.kind === 'finished') {
          return { means: 'interrupt', outcome: collector.conclude(end.value) };
        }
      }
    } catch (error) {
      if (error instanceof ReportError) {
        // It ended with a malformed report, so the interpreter can't be used again.
        await interpreter.terminate();
        return { means: 'interrupt', outcome: null };
      }
      // Any other failure: terminate.
    }
    await interpreter.terminate();
    return { means: 'termination' };
  }
}
