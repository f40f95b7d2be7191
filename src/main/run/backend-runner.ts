import type { RunCall, RunRequest, RunResult, RunStatus, SessionState } from '../../shared/contract/run.ts';
import type { OrderlyEnd } from '../../shared/contract/sandbox-events.ts';
import { DEFAULTS } from '../../shared/limits.ts';
import { CallRequestHandler } from '../functions/call-request-handler.ts';
import type { RunCalls } from '../functions/run-calls.ts';
import type { Clock } from '../base/clock.ts';
import { linkSignals, sharedController } from '../base/stop-signal.ts';
import { tellListener } from '../base/tell-listener.ts';
import type { Backend, Interpreter, RunProgress } from './backend.ts';
import { FontRequestHandler } from './font-request-handler.ts';
import { InputRequestHandler } from './input-request-handler.ts';
import { OutputRelay } from './output-relay.ts';
import { parseRequest } from './parse-request.ts';
import { RunCollector } from './run-collector.ts';
import { RunDeadline } from './run-deadline.ts';
import { RunExecution } from './run-execution.ts';
import { factsOf } from './run-facts.ts';
import { relayTo } from './run-listener.ts';
import type { RunOptions } from './run-options.ts';
import type { RunQueue } from './run-queue.ts';
import { runResult } from './run-result.ts';
import type { Runner } from './runner.ts';
import { outcomeOf, type Verdict } from './verdict.ts';

/** Observes runs as they begin and end; `run` counts from 1. */
export interface RunLifecycleObserver {
  onRunBegan?(run: number, session: string | null): void;
  onRunEnded?(run: number, session: string | null, ended: EndedRunReport): void;
  /** A call of a function was settled. */
  onCall?(run: number, session: string | null, call: RunCall): void;
}

export interface EndedRunReport {
  readonly status: RunStatus;
  readonly state: SessionState;
  readonly runMs: number;
}

export interface BackendRunnerOptions {
  readonly backend: Backend;
  /** Orders the runs; shared with all that use sessions between their runs. */
  readonly queue: RunQueue;
  readonly clock: Clock;
  /** Cap of captured output per stream, in bytes. Read at each run, so that a changed setting applies at once. */
  readonly outputBytes: () => number;
  /** How long an unanswered question for input stops the clock of a run, in ms: who leaves it longer is away. Read at each run. */
  readonly inputWaitMs: () => number;
  /** Message of the runs that fail because the runner was disposed of. */
  readonly disposedDetail: string;
  readonly observer?: RunLifecycleObserver;
}

/** State of one run. */
interface RunParts {
  readonly number: number;
  readonly request: RunRequest;
  readonly options: RunOptions;
  /** See `RunContext.endsSession`. */
  readonly endsSession: OrderlyEnd | null;
  readonly collector: RunCollector;
  readonly input: InputRequestHandler | null;
  /** Function calls of the run; null when it was given no functions. */
  readonly calls: RunCalls | null;
  readonly fonts: FontRequestHandler;
  readonly outputBytes: number;
  readonly signal: AbortSignal;
}

interface Attempt extends Omit<RunProgress, 'endsSession'> {
  readonly startMs: number;
  readonly packagesMs: number;
  readonly runMs: number;
  readonly packages: readonly string[];
}

const NOT_BEGUN = {
  began: false,
  lostBefore: false,
  startMs: 0,
  packagesMs: 0,
  runMs: 0,
  packages: [],
} as const;

const never = sharedController().signal;

/** Carries out each run: request, queue, interpreter, code, verdict, files, result. */
export class BackendRunner implements Runner {
  readonly #options: BackendRunnerOptions;
  readonly #disposal = sharedController();
  #nextRun = 1;

  constructor(options: BackendRunnerOptions) {
    this.#options = options;
  }

  /** Aborted when the runner is disposed of. */
  get disposal(): AbortSignal {
    return this.#disposal.signal;
  }

  async run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    return await this.#run(parseRequest(request), options, null);
  }

  /** Does what is left to do when the program of a session ends, and forgets its state. Told to no observer. */
  async endSession(
    session: string,
    why: OrderlyEnd,
    timeoutMs: number,
    options: RunOptions,
  ): Promise<RunResult> {
    return await this.#run({ code: '', session, timeoutMs }, options, why);
  }

  async dispose(): Promise<void> {
    this.#disposal.abort();
    await this.#options.backend.close();
  }

  async #run(request: RunRequest, options: RunOptions, endsSession: OrderlyEnd | null): Promise<RunResult> {
    const { backend, clock, queue } = this.#options;
    const number = this.#nextRun++;
    const session = request.session ?? null;
    const relay = new OutputRelay();
    const input = options.onInput === undefined ? null : new InputRequestHandler(options.onInput);
    const calls = this.#callsOf(number, session, options);
    const fonts = new FontRequestHandler(limitOf(request), options.onPackages);
    const outputBytes = this.#options.outputBytes();
    const collector = new RunCollector(outputBytes, relayTo(relay, options, input, calls, fonts));
    const disposed = this.#disposal.signal.aborted;
    const { signal, unlink } = linkSignals(this.#disposal.signal, options.signal ?? never);
    const arrived = clock.now();
    let waitMs = 0;
    // The end of a session always gets its turn: its caller's signal only shortens it, or the state would stay.
    const untilTurn = endsSession === null ? signal : this.#disposal.signal;
    const turn = endsSession === null ? 'counted' : 'at-once';
    const work = async (): Promise<{ attempt: Attempt; state: SessionState }> => {
      waitMs = clock.now() - arrived;
      const release = backend.hold(session, endsSession);
      try {
        const attempt = await this.#attempt({
          number,
          request,
          options,
          endsSession,
          collector,
          input,
          calls,
          fonts,
          outputBytes,
          signal,
        });
        return { attempt, state: backend.stateAfter(request.session, { ...attempt, endsSession }) };
      } finally {
        release();
      }
    };
    const ended = await queue.add(session, untilTurn, work, turn);
    input?.end();
    // A cancelled run does not wait for a listener that has stalled.
    if (!signal.aborted) await relay.drained(signal);
    unlink();
    if (ended === null) waitMs = clock.now() - arrived;
    const attempt = ended?.attempt ?? this.#neverBegun(disposed);
    const state = ended?.state ?? backend.stateAfter(request.session, { ...attempt, endsSession: null });
    const { packages, packagesMs, runMs, startMs, verdict } = attempt;
    const result = runResult({
      verdict,
      captured: collector,
      session: { id: session ?? `run-${number}`, state },
      packages: [...packages, ...fonts.brought],
      timing: { waitMs, startMs, packagesMs, runMs },
      runtime: backend.runtime,
      calls: calls?.records,
    });
    if (endsSession === null)
      this.#options.observer?.onRunEnded?.(number, session, { status: result.status, state, runMs });
    return result;
  }

  #callsOf(run: number, session: string | null, { forwardedCalls, functions }: RunOptions): RunCalls | null {
    const { clock, observer } = this.#options;
    if (forwardedCalls !== undefined) return forwardedCalls;
    if (functions === undefined || functions.set.all.length === 0) return null;
    return new CallRequestHandler({
      functions,
      clock,
      session,
      onSettled: (call) => observer?.onCall?.(run, session, call),
    });
  }

  #neverBegun(disposed: boolean): Attempt {
    const verdict: Verdict = disposed
      ? { kind: 'setup-failed', detail: this.#options.disposedDetail }
      : { kind: 'cancelled', by: null };
    return { ...NOT_BEGUN, verdict };
  }

  /** Runs the code once its turn has come. Failures of the guest or the system become verdicts, not rejections. */
  async #attempt(parts: RunParts): Promise<Attempt> {
    const { endsSession, number, options, request, signal } = parts;
    const { onPackages, onPhase, adviceWording, number: codeNumber } = options;
    const modules = options.functions?.set.modulesFor(request.code) ?? [];
    const context = {
      signal,
      onPackages,
      onPhase,
      adviceWording,
      number: codeNumber,
      modules,
      endsSession,
    };
    const opening = await this.#options.backend.open(request, context);
    const { packages, packagesMs, startMs } = opening;
    const prepared = { packages, packagesMs, startMs };
    if (opening.kind === 'refused') return { ...NOT_BEGUN, ...prepared, verdict: opening.verdict };
    const { interpreter } = opening;
    const { lostBefore } = interpreter.begin();
    tellListener(() => onPhase?.({ name: 'running' }));
    // The end of a session is told as such.
    if (endsSession === null) this.#options.observer?.onRunBegan?.(number, request.session ?? null);
    const ranAt = this.#options.clock.now();
    const verdict = await this.#execute(interpreter, parts);
    const runMs = this.#options.clock.now() - ranAt;
    interpreter.end(verdict);
    await collectFiles(interpreter, verdict, options.onFile, signal);
    await interpreter.release();
    return { ...prepared, began: true, lostBefore, runMs, verdict };
  }

  #execute(
    interpreter: Interpreter,
    { calls, collector, endsSession, fonts, input, options, outputBytes, request, signal }: RunParts,
  ): Promise<Verdict> {
    const { clock, inputWaitMs } = this.#options;
    const limitMs = limitOf(request);
    const deadline = new RunDeadline(clock, limitMs, inputWaitMs());
    input?.connect(
      (call, answer) => interpreter.answerInput(call, answer),
      options.countsInput === true ? null : deadline,
    );
    calls?.connect((call, answer) => interpreter.answerFunction(call, answer), deadline);
    fonts.connect((wanted) => interpreter.bringFonts(wanted));
    return new RunExecution({
      interpreter,
      order: {
        code: request.code,
        facts: factsOf(request, endsSession, calls?.facts, options),
        outputBytes,
        input: input !== null,
      },
      deadline,
      limitMs,
      collector,
      clock,
      signal,
      onEnding: () => {
        calls?.end();
        fonts.end();
      },
    }).run();
  }
}

const limitOf = ({ timeoutMs }: RunRequest): number => timeoutMs ?? DEFAULTS.timeoutMs;

/** Called before the interpreter is released, since a run without a session ends its interpreter. */
const collectFiles = async (
  interpreter: Interpreter,
  verdict: Verdict,
  onFile: RunOptions['onFile'],
  signal: AbortSignal,
): Promise<void> => {
  const outcome = outcomeOf(verdict);
  // Without one the interpreter is gone, and its files with it.
  if (onFile === undefined || outcome === null) return;
  try {
    await interpreter.collectFiles(outcome.files, onFile, signal);
  } catch {
    // Errors of listeners are ignored: the result must not depend on them.
  }
};
