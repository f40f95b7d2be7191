import type { CollectedFile, OutputFile } from '../../../shared/contract/run.ts';
import type { OrderlyEnd } from '../../../shared/contract/sandbox-events.ts';
import type { GuestOutcome } from '../../../shared/protocol/guest-report.ts';
import type { FunctionAnswer, InputAnswer } from '../../../shared/protocol/blocking-calls.ts';
import type { RunEnd, RunOrder, RunPiece, SidecarPiece } from '../../../shared/protocol/interpreter.ts';
import type { AbortSource } from '../../../shared/rpc/abort.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import type { Clock } from '../../base/clock.ts';
import { raceStop, sharedController } from '../../base/stop-signal.ts';
import type { FontRequest, Interpreter } from '../../run/backend.ts';
import { RunProtocolError } from '../../run/run-collector.ts';
import type { Verdict } from '../../run/verdict.ts';
import type { ImportWatch } from '../packages/import-watch.ts';
import type { ModuleAdvice } from '../packages/module-advice.ts';
import type { PackageInstaller } from '../packages/package-installer.ts';
import type { MemoryGuard } from '../process/memory-guard.ts';
import type { Supervisor } from '../process/supervisor.ts';
import type { FileCollector } from '../sessions/file-collector.ts';
import { SessionEndOutput } from '../../sessions/session-end-output.ts';
import type { SessionRegistry, OpenInterpreter } from '../sessions/session-registry.ts';
import type { InterpreterProvider } from './interpreter-provider.ts';

/** How long to wait after an interrupt before the interpreter is terminated, in ms: longer where that would lose a session's state. */
const INTERRUPT_MS = { session: 500, ownInterpreter: 250 } as const;
/** How long a process may take to exit once its connection was lost, in ms. */
const EXIT_LIMIT_MS = 6000;

const never = sharedController().signal;

export interface EmbeddedInterpreterParts {
  readonly clock: Clock;
  readonly files: FileCollector;
  readonly interpreters: SessionRegistry;
  readonly memory: MemoryGuard;
  readonly packages: PackageInstaller;
  readonly provider: InterpreterProvider;
  readonly supervisor: Supervisor;
}

/** An interpreter of the sidecar, for one run. */
export class EmbeddedInterpreter implements Interpreter {
  readonly interruptMs: number;
  readonly outOfMemory: AbortSignal;
  readonly #parts: EmbeddedInterpreterParts;
  readonly #interpreter: OpenInterpreter;
  readonly #session: string | undefined;
  readonly #advice: ModuleAdvice;
  readonly #endsSession: OrderlyEnd | null;
  readonly #printed = new SessionEndOutput();
  readonly #imports: ImportWatch | undefined;

  /**
   * @param session undefined for an interpreter of the run's own
   * @param endsSession see `RunContext.endsSession`
   * @param imports for a run that is the first to use some packages
   */
  constructor(
    parts: EmbeddedInterpreterParts,
    interpreter: OpenInterpreter,
    session: string | undefined,
    advice: ModuleAdvice,
    endsSession: OrderlyEnd | null,
    imports?: ImportWatch,
  ) {
    this.#parts = parts;
    this.#interpreter = interpreter;
    this.#session = session;
    this.#advice = advice;
    this.#endsSession = endsSession;
    this.#imports = imports;
    this.interruptMs = session === undefined ? INTERRUPT_MS.ownInterpreter : INTERRUPT_MS.session;
    this.outOfMemory = parts.memory.outOfMemory;
  }

  memoryExplanation(): string | null {
    return this.#parts.memory.explanation;
  }

  begin(): { readonly lostBefore: boolean } {
    const { interpreters, supervisor } = this.#parts;
    const lostBefore = this.#session !== undefined && interpreters.losses.take(this.#session);
    if (this.#session !== undefined) interpreters.enter(this.#session);
    supervisor.runBegan(this.#interpreter.sidecar);
    return { lostBefore };
  }

  run(order: RunOrder, onPiece: (piece: RunPiece) => void, ended: AbortSource): Promise<RunEnd> {
    const { id, sidecar } = this.#interpreter;
    this.#imports?.begin();
    const take = (piece: SidecarPiece): void => {
      if (piece.channel === 'reading') this.#imports?.saw(piece.packageName);
      else {
        if (this.#endsSession !== null) this.#printed.push(piece);
        onPiece(piece);
      }
    };
    return sidecar.run(id, order, take, ended);
  }

  answerInput(call: number, answer: InputAnswer): Promise<void> {
    const { id, sidecar } = this.#interpreter;
    return sidecar.answerInput(id, call, answer);
  }

  answerFunction(call: number, answer: FunctionAnswer): Promise<void> {
    const { id, sidecar } = this.#interpreter;
    return sidecar.answerFunction(id, call, answer);
  }

  bringFonts(request: FontRequest): Promise<readonly string[]> {
    return this.#parts.packages.bringFonts(this.#interpreter, request);
  }

  interrupt(limitMs: number): Promise<boolean> {
    const { id, sidecar } = this.#interpreter;
    return sidecar.interruptRun(id, limitMs);
  }

  terminate(): Promise<void> {
    return this.#parts.provider.close(this.#interpreter, this.#endsSession ?? 'run-stopped', this.#printed);
  }

  async failed(error: unknown): Promise<Verdict> {
    const { clock, supervisor } = this.#parts;
    const { sidecar } = this.#interpreter;
    if (!RpcError.is(error) || error.code !== 'closed' || error.origin !== 'local') {
      const told = error instanceof RunProtocolError || RpcError.is(error);
      const detail = told ? error.message : 'unknown reason';
      await supervisor.end(sidecar, 'misbehaved', detail);
      return { kind: 'misbehaved', detail };
    }
    // A process that lost its connection is ended.
    const gone = await raceStop(supervisor.endOf(sidecar), clock, EXIT_LIMIT_MS, never);
    return {
      kind: 'process-died',
      end: gone.stopped === null ? gone.value : { cause: 'exited', detail: 'it was lost' },
    };
  }

  advise(outcome: GuestOutcome): GuestOutcome {
    return this.#advice.applyTo(outcome);
  }

  end(verdict: Verdict): void {
    const { interpreters, supervisor } = this.#parts;
    const { sidecar } = this.#interpreter;
    this.#imports?.end();
    // Even if the process has not exited yet, the next run uses another one.
    if (verdict.kind === 'process-died') interpreters.forgetAll(sidecar);
    supervisor.runEnded(sidecar);
  }

  collectFiles(
    files: readonly OutputFile[],
    onFile: (file: CollectedFile) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#parts.files.collect(this.#interpreter, files, onFile, signal);
  }

  release(): Promise<void> {
    if (this.#session === undefined) this.#parts.provider.discard(this.#interpreter);
    if (this.#endsSession !== null)
      this.#parts.interpreters.forget(this.#interpreter, this.#endsSession, this.#printed);
    return Promise.resolve();
  }
}
