import { RpcError } from '../../../shared/rpc/errors.ts';
import type { RunRequest } from '../../../shared/contract/run.ts';
import type { Clock } from '../../base/clock.ts';
import { describeRemoteError } from '../sidecar/remote-errors.ts';
import type { SessionEnd } from '../../../shared/contract/sandbox-events.ts';
import type { SessionEndOutput } from '../../sessions/session-end-output.ts';
import type { SessionRegistry, OpenInterpreter } from '../sessions/session-registry.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import { SidecarEndedError, START_LIMIT_MS } from '../process/sidecar-life.ts';
import { raceStop, sharedController } from '../../base/stop-signal.ts';
import type { Supervisor } from '../process/supervisor.ts';
import type { Verdict } from '../../run/verdict.ts';

/** Attempts to start an interpreter for one run when processes die before its code began. */
const START_ATTEMPTS = 3;
/** How long the control thread may take to end an interpreter's thread before the whole process is killed, in ms. */
const CLOSE_LIMIT_MS = 1000;
/** The same while other sessions have their state in that process, in ms: on a busy machine it takes longer. */
const SHARED_CLOSE_LIMIT_MS = 5000;
/** How long ending an interpreter may take, in ms, whose run has given its result: nobody waits for it. */
const TIDY_LIMIT_MS = 10_000;

const never = sharedController().signal;

/** Starts an interpreter from a snapshot that is loaded in one particular process. */
export interface StartFromPackageSnapshot {
  readonly sidecar: SidecarClient;
  readonly start: (interpreter: OpenInterpreter) => Promise<void>;
}

export type Provided =
  | { readonly kind: 'opened'; readonly interpreter: OpenInterpreter }
  | { readonly kind: 'refused'; readonly verdict: Verdict };

const refused = (verdict: Verdict): Provided => ({ kind: 'refused', verdict });

/** Gives runs the interpreters they need, and ends those that are not needed any more. */
export class InterpreterProvider {
  readonly #supervisor: Supervisor;
  readonly #interpreters: SessionRegistry;
  readonly #clock: Clock;

  constructor(supervisor: Supervisor, interpreters: SessionRegistry, clock: Clock) {
    this.#supervisor = supervisor;
    this.#interpreters = interpreters;
    this.#clock = clock;
  }

  /** An interpreter with the request's files in it, or why there is none. */
  async open(
    request: RunRequest,
    signal: AbortSignal,
    startFrom?: StartFromPackageSnapshot,
  ): Promise<Provided> {
    const deadline = this.#clock.now() + START_LIMIT_MS;
    for (let attempt = 1; ; attempt++) {
      let used: SidecarClient | undefined;
      const opening = this.#openNow(request, signal, startFrom, (sidecar) => (used = sidecar));
      try {
        const raced = await raceStop(opening, this.#clock, deadline - this.#clock.now(), signal);
        if (raced.stopped === null) {
          if (request.session !== undefined) this.#interpreters.keep(request.session, raced.value);
          return { kind: 'opened', interpreter: raced.value };
        }
        this.#abandon(opening);
        if (raced.stopped === 'cancelled') return refused({ kind: 'cancelled', by: null });
        const detail = `Python was not ready within ${START_LIMIT_MS / 1000} s`;
        const session = request.session === undefined ? undefined : this.#interpreters.find(request.session);
        // If an existing session does not answer, only its interpreter is ended. If a new interpreter can't be
        // started, the whole process is ended, unless other runs use it: on a busy machine it may only be waiting
        // for them. A process that is still starting is ended by its supervisor.
        if (session !== undefined) await this.close(session);
        else if (used !== undefined && this.#supervisor.runs === 0 && !this.#interpreters.liveIn(used)) {
          await this.#supervisor.end(used, 'start-failed', detail);
        }
        return refused({ kind: 'setup-failed', detail });
      } catch (error) {
        // No guest code has run yet, so the run can be given another process.
        if (attempt < START_ATTEMPTS && processDied(error) && !signal.aborted) continue;
        const detail = error instanceof Error ? error.message : 'unknown reason';
        return refused({ kind: 'setup-failed', detail });
      }
    }
  }

  async #openNow(
    request: RunRequest,
    signal: AbortSignal,
    startFrom: StartFromPackageSnapshot | undefined,
    onSidecar: (sidecar: SidecarClient) => void,
  ): Promise<OpenInterpreter> {
    const sidecar = await this.#supervisor.sidecar();
    onSidecar(sidecar);
    const interpreter = await this.#interpreters.open(
      sidecar,
      request.session ?? null,
      (fresh) =>
        // The process that holds the snapshot may have exited.
        startFrom?.sidecar === sidecar ? startFrom.start(fresh) : sidecar.openInterpreter(fresh.id),
      signal,
    );
    try {
      await sidecar.files.write(interpreter.id, request.files ?? [], signal);
    } catch (error) {
      // A refused file leaves the session unchanged; after any other failure its interpreter is gone.
      const alive = signal.aborted || (RpcError.is(error) && error.code === 'failed');
      await (alive ? this.#closeUnlessKept(interpreter) : this.close(interpreter));
      // The caller finds out whether the process died.
      if (!RpcError.is(error) || error.code !== 'failed') throw error;
      throw new RpcError('failed', describeRemoteError(error, 'its files could not be written'));
    }
    return interpreter;
  }

  /** Ends an interpreter as soon as it has started, because the run that asked for it was given up. */
  #abandon(opening: Promise<OpenInterpreter>): void {
    opening.then(
      (interpreter) => this.#closeUnlessKept(interpreter),
      () => undefined,
    );
  }

  /** Ends an interpreter that was opened for this run alone; one that holds a session's state is kept. */
  async #closeUnlessKept(interpreter: OpenInterpreter): Promise<void> {
    if (!this.#interpreters.isKept(interpreter)) await this.#endInterpreter(interpreter);
  }

  /** Ends an interpreter, and the session in it if there is one. */
  async close(
    interpreter: OpenInterpreter,
    why: SessionEnd = 'run-stopped',
    printed?: SessionEndOutput,
  ): Promise<void> {
    this.#interpreters.forget(interpreter, why, printed);
    await this.#endInterpreter(interpreter);
  }

  #closeLimitMs({ sidecar }: OpenInterpreter): number {
    return this.#interpreters.liveIn(sidecar) ? SHARED_CLOSE_LIMIT_MS : CLOSE_LIMIT_MS;
  }

  /** Ends an interpreter: through the control thread, or with the whole process if that does not answer. */
  async #endInterpreter(
    interpreter: OpenInterpreter,
    limitMs = this.#closeLimitMs(interpreter),
  ): Promise<void> {
    try {
      const closing = interpreter.sidecar.closeInterpreter(interpreter.id);
      const raced = await raceStop(closing, this.#clock, limitMs, never);
      if (raced.stopped === null) return;
    } catch {
      // No answer and a refusal are treated alike. A process that is gone already has its own reason.
    }
    await this.#supervisor.end(interpreter.sidecar, 'stop-failed', 'an interpreter could not be ended');
  }

  /** Ends an interpreter that nobody needs any more, in the background. The result of its run goes out first. */
  discard(interpreter: OpenInterpreter): void {
    setImmediate(() => void this.#endInterpreter(interpreter, TIDY_LIMIT_MS));
  }
}

/** Whether a call failed because the process died, not because the supervisor ended it. */
export const processDied = (error: unknown): boolean =>
  error instanceof SidecarEndedError
    ? error.end.cause === 'exited'
    : RpcError.is(error) && error.code === 'closed' && error.origin === 'local';
