import type { RunOrder, RunEnd } from '../../../shared/protocol/interpreter.ts';
import { AbortSource } from '../../../shared/rpc/abort.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import type { ProcessEndCause } from '../../../shared/contract/sandbox-events.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenInterpreter } from '../sessions/interpreters.ts';
import type { ProcessEnd } from '../process/process-end.ts';
import { MisbehaviourError, ReportError, type RunCollector } from '../../run/run-collector.ts';
import { raceStop, sharedController } from '../../base/stop-signal.ts';
import type { StoppedBy, Verdict } from './verdict.ts';

/** For a process whose connection is lost to be seen as gone, in ms. */
const EXIT_LIMIT_MS = 6000;
/** For the control thread to say how an interrupt went, beyond the time that it was given for it, in ms. */
const ANSWER_LIMIT_MS = 250;

export interface RunExecutionOptions {
  readonly interpreter: OpenInterpreter;
  readonly order: RunOrder;
  readonly limitMs: number;
  /** How long an interrupt is tried before the interpreter is ended, in ms. */
  readonly interruptMs: number;
  readonly collector: RunCollector;
  readonly clock: Clock;
  /** Cancels the run. */
  readonly signal: AbortSignal;
  /** Aborted when memory runs short; its reason says how much there is. */
  readonly outOfMemory: AbortSignal;
  /** How much memory the process uses, when that explains a death; otherwise null. */
  readonly memory: () => string | null;
  /** Ends the interpreter. */
  readonly close: () => Promise<void>;
  /** Why the process is gone; resolves when it is. */
  readonly processEnd: () => Promise<ProcessEnd>;
  /** Ends the whole process. */
  readonly endProcess: (cause: ProcessEndCause, detail: string) => Promise<ProcessEnd>;
}

const never = sharedController().signal;

/** One piece of code in an open interpreter, until there is a verdict. An interpreter that must not be used again is ended. */
export class RunExecution {
  readonly #options: RunExecutionOptions;

  constructor(options: RunExecutionOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async run(): Promise<Verdict> {
    const { clock, collector, interpreter, limitMs, order, outOfMemory, signal } = this.#options;
    const ended = new AbortSource(() => undefined);
    const running = interpreter.sidecar.run(interpreter.id, order, (piece) => collector.push(piece), ended);
    try {
      const raced = await raceStop(running, clock, limitMs, signal, outOfMemory);
      if (raced.stopped === null) return await this.#conclude(raced.value);
      // Its end may come unheard now.
      running.catch(() => undefined);
      if (signal.aborted) return { kind: 'cancelled', by: await this.#stop(running) };
      if (raced.stopped === 'deadline') return { kind: 'timeout', limitMs, by: await this.#stop(running) };
      await this.#options.close();
      return { kind: 'out-of-memory', detail: String(outOfMemory.reason) };
    } catch (error) {
      return await this.#afterFailure(error);
    } finally {
      // The result is made now: what comes later is not part of it, whoever sends it.
      ended.abort('the run has its verdict');
    }
  }

  async #conclude(end: RunEnd): Promise<Verdict> {
    if (end.kind === 'finished') return { kind: 'finished', outcome: this.#options.collector.conclude(end) };
    await this.#options.close();
    // An allocation that the kernel refuses shows itself in many ways.
    const memory = this.#options.memory();
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

  /** Gently first, which keeps the state; then by ending the interpreter, or the process with it. */
  async #stop(running: Promise<RunEnd>): Promise<StoppedBy> {
    const { clock, close, interpreter, interruptMs } = this.#options;
    try {
      const asking = interpreter.sidecar.interruptRun(interpreter.id, interruptMs);
      const raced = await raceStop(asking, clock, interruptMs + ANSWER_LIMIT_MS, never);
      if (raced.stopped === null && raced.value) {
        const end = await raceStop(running, clock, ANSWER_LIMIT_MS, never);
        if (end.stopped === null && end.value.kind === 'finished') {
          return { means: 'interrupt', outcome: this.#options.collector.conclude(end.value) };
        }
      }
    } catch (error) {
      if (error instanceof ReportError) {
        // It ended, but what it reports is spoilt, and with it the interpreter.
        await close();
        return { means: 'interrupt', outcome: null };
      }
      // Whatever else went wrong: the hard way remains.
    }
    await close();
    return { means: 'termination' };
  }

  async #afterFailure(error: unknown): Promise<Verdict> {
    const { clock, close, endProcess, processEnd } = this.#options;
    if (error instanceof ReportError) {
      // A guest can spoil its own report: its interpreter's fault, not the process's.
      await close();
      return { kind: 'misbehaved', detail: error.message };
    }
    if (!RpcError.is(error) || error.code !== 'closed' || error.origin !== 'local') {
      const told = error instanceof MisbehaviourError || RpcError.is(error);
      const detail = told ? error.message : 'unknown reason';
      await endProcess('misbehaved', detail);
      return { kind: 'misbehaved', detail };
    }
    // The connection is gone, and with it the process.
    const gone = await raceStop(processEnd(), clock, EXIT_LIMIT_MS, never);
    return {
      kind: 'process-died',
      end: gone.stopped === null ? gone.value : { cause: 'exited', detail: 'it was lost' },
    };
  }
}
