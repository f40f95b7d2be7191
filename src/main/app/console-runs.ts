import { traitsOf, type PythonRuntime } from '../../shared/runtimes.ts';
import type { RunEvent, SandboxStatus } from '../../shared/ipc/sandbox.ts';
import type { RunRequest, RunResult } from '../../shared/contract/run.ts';
import type { Clock } from '../base/clock.ts';
import type { RunFunctions } from '../functions/call-request-handler.ts';
import type { AdviceFormatter } from '../run/package-advice.ts';
import type { Runner } from '../run/runner.ts';
import { RunStream } from './run-stream.ts';

export interface ConsoleRunsOptions {
  readonly runners: Readonly<Record<PythonRuntime, Pick<Runner, 'run'>>>;
  /** Asked at each run. */
  readonly settings: () => { readonly runtime: PythonRuntime; readonly timeoutMs: number };
  readonly clock: Clock;
  /** Asked at each run. */
  readonly adviceWording: () => AdviceFormatter;
  readonly onEnded: (result: RunResult) => void;
  /** What code may call, where a runtime lets it. Not awaited unless it is a promise: runs keep their order. */
  readonly functionsFor: (
    code: string,
    signal: AbortSignal,
  ) => RunFunctions | undefined | Promise<RunFunctions | undefined>;
}

/** The page that asked for a run. */
export interface RunOwner {
  readonly send: (event: RunEvent) => void;
  /** Aborting it cancels the run. */
  readonly closed: AbortSignal;
}

interface ConsoleRun {
  readonly stop: AbortController;
  readonly session: string | null;
  readonly runtime: PythonRuntime;
  readonly askedAt: number;
  /** While the code waits in `input()`. */
  answer: ((text: string | null) => void) | null;
}

/** The runs that the window has asked for, each under the id that the page gave it. */
export class ConsoleRuns {
  readonly #options: ConsoleRunsOptions;
  readonly #runs = new Map<string, ConsoleRun>();

  constructor(options: ConsoleRunsOptions) {
    this.#options = options;
  }

  has(runId: string): boolean {
    return this.#runs.has(runId);
  }

  /** The runs that have not ended. */
  get underWay(): SandboxStatus['runs'] {
    return [...this.#runs].map(([runId, { askedAt, runtime, session }]) => ({
      runId,
      session,
      runtime,
      askedAt,
    }));
  }

  /**
   * Runs code in the runtime of the settings. Resolves after all events of the run were sent, with the result without the
   * output that they carried.
   *
   * @param runId not in use
   * @param number see `RunOptions.number`
   * @throws InvalidRequestError when the request breaks the contract
   */
  async run(runId: string, request: RunRequest, owner: RunOwner, number?: number): Promise<RunResult> {
    const { clock, functionsFor, onEnded, runners, settings, adviceWording } = this.#options;
    const { runtime, timeoutMs } = settings();
    const stop = new AbortController();
    const cancel = (): void => stop.abort();
    const stream = new RunStream(runId, clock, owner.send);
    let hasSteps = false;
    const run: ConsoleRun = {
      stop,
      session: request.session ?? null,
      runtime,
      askedAt: Date.now(),
      answer: null,
    };
    this.#runs.set(runId, run);
    owner.closed.addEventListener('abort', cancel, { once: true });
    if (owner.closed.aborted) cancel();
    try {
      const offered = traitsOf(runtime).callsFunctions ? functionsFor(request.code, stop.signal) : undefined;
      const functions = offered instanceof Promise ? await offered : offered;
      const result = await runners[runtime].run(
        { timeoutMs, ...request },
        {
          signal: stop.signal,
          adviceWording: adviceWording(),
          tables: true,
          number,
          functions,
          onOutput: (output) => stream.text(output),
          onDisplay: (display) => stream.display(display),
          onInput: (prompt, over, secret) => {
            stream.event({ type: 'input', runId, prompt, secret });
            return answerTo(run, over);
          },
          onPackages: (progress) => {
            hasSteps = true;
            stream.event({ type: 'packages', runId, progress });
          },
          onPhase: (phase) => {
            // That code runs is news only after the steps before it.
            hasSteps ||= phase.name !== 'running';
            if (hasSteps) stream.event({ type: 'phase', runId, phase });
          },
        },
      );
      onEnded(result);
      return stream.end(result);
    } finally {
      stream.close();
      owner.closed.removeEventListener('abort', cancel);
      this.#runs.delete(runId);
    }
  }

  /** Answers a run that waits in `input()`; false when it does not. @param text null for the end of the input */
  answerInput(runId: string, text: string | null): boolean {
    const answer = this.#runs.get(runId)?.answer ?? null;
    answer?.(text);
    return answer !== null;
  }

  /** False when there is no such run. */
  cancel(runId: string): boolean {
    const run = this.#runs.get(runId);
    run?.stop.abort();
    return run !== undefined;
  }
}

/** Waits for the page's answer, or for the end of the run. */
const answerTo = (run: ConsoleRun, over: AbortSignal): Promise<string | null> =>
  new Promise((resolve) => {
    const settle = (text: string | null): void => {
      run.answer = null;
      resolve(text);
    };
    run.answer = settle;
    over.addEventListener('abort', () => settle(null), { once: true });
  });
