import { DEFAULTS } from '../../../shared/limits.ts';
import type { RunRequest } from '../../../shared/contract/sandbox.ts';
import { PackageError } from '../../packages/package-error.ts';
import { SilentSources } from '../../packages/sources/silent-sources.ts';
import type { Clock } from '../../base/clock.ts';
import type { FileCollector } from '../sessions/file-collector.ts';
import { toldBy } from '../sidecar/foreign-words.ts';
import type { InputDialog } from '../../run/input-dialog.ts';
import type { ChosenImage, ImageChooser } from '../snapshots/image-chooser.ts';
import { processDied, type InterpreterProvider, type StartFromImage } from './interpreter-provider.ts';
import type { Interpreters, OpenInterpreter } from '../sessions/interpreters.ts';
import type { MemoryGuard } from '../process/memory-guard.ts';
import { ModuleAdvice } from '../packages/module-advice.ts';
import type { PackageInstaller } from '../packages/package-installer.ts';
import type { RunCollector } from '../../run/run-collector.ts';
import { RunExecution } from './run-execution.ts';
import type { RunOptions } from '../sandbox-config.ts';
import type { Supervisor } from '../process/supervisor.ts';
import { filesOf, interpreterLives, type Verdict } from './verdict.ts';

/** What goes on around one run. */
export interface Surroundings {
  readonly collector: RunCollector;
  readonly input: InputDialog | null;
  readonly onBegan: () => void;
  readonly onFile: RunOptions['onFile'];
  readonly onPackages: RunOptions['onPackages'];
  /** Captured per output stream. */
  readonly outputBytes: number;
  readonly signal: AbortSignal;
}

/** How long a guest may take to end after an interrupt, in ms: longer where a session's state is at stake. */
const INTERRUPT_MS = { session: 500, ownInterpreter: 250 } as const;

/** Processes that a run may lose while its packages are installed. */
const PACKAGE_TRIES = 2;

/** How far a run came. */
export interface Attempt {
  verdict: Verdict;
  began: boolean;
  /** Whether what earlier runs of the session had left was gone before this one began. */
  lostBefore: boolean;
  startMs: number;
  packagesMs: number;
  runMs: number;
  /** Names of packages installed for it. */
  packages: readonly string[];
  advice: ModuleAdvice;
}

/** A run whose turn never came. */
export const notBegun = (disposed = false): Attempt => ({
  verdict: disposed
    ? { kind: 'setup-failed', detail: 'the sandbox was disposed of' }
    : { kind: 'cancelled', by: null },
  began: false,
  lostBefore: false,
  startMs: 0,
  packagesMs: 0,
  runMs: 0,
  packages: [],
  advice: new ModuleAdvice(),
});

export interface AttemptParts {
  readonly clock: Clock;
  readonly files: FileCollector;
  readonly interpreters: Interpreters;
  /** Undefined: every interpreter starts without packages. */
  readonly images: ImageChooser | undefined;
  readonly memory: MemoryGuard;
  readonly packages: PackageInstaller;
  readonly provider: InterpreterProvider;
  readonly supervisor: Supervisor;
}

/** A run whose turn has come: its interpreter, its packages, its code, its files. */
export class RunAttempt {
  readonly #parts: AttemptParts;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
  }

  /** Never rejects for anything that the guest or the system does. */
  async run(request: RunRequest, surroundings: Surroundings): Promise<Attempt> {
    const attempt: Attempt = { ...notBegun(), verdict: { kind: 'setup-failed', detail: 'unknown reason' } };
    const opened = await this.#prepare(attempt, request, surroundings);
    if ('kind' in opened) return { ...attempt, verdict: opened };
    attempt.began = true;
    if (request.session !== undefined) {
      attempt.lostBefore = this.#parts.interpreters.takeLoss(request.session);
      this.#parts.interpreters.enter(request.session);
    }
    this.#parts.supervisor.runBegan(opened.sidecar);
    surroundings.onBegan();
    const ranAt = this.#parts.clock.now();
    try {
      attempt.verdict = await this.#runIn(opened, request, surroundings);
    } finally {
      attempt.runMs = this.#parts.clock.now() - ranAt;
      this.#parts.supervisor.runEnded(opened.sidecar);
    }
    await this.#collectFiles(opened, attempt.verdict, surroundings);
    if (request.session === undefined) this.#parts.provider.discard(opened);
    return attempt;
  }

  /** An interpreter with all that the code needs, or why there is none. */
  async #prepare(
    attempt: Attempt,
    request: RunRequest,
    surroundings: Surroundings,
  ): Promise<OpenInterpreter | Verdict> {
    const silent = new SilentSources();
    for (let tries = 1; ; tries++) {
      attempt.packages = [];
      const askedAt = this.#parts.clock.now();
      const image = await this.#chooseImage(request, surroundings, silent);
      const startedAt = this.#parts.clock.now();
      attempt.packagesMs += startedAt - askedAt;
      const startFrom = image === null ? undefined : this.#startFrom(image);
      const opened = await this.#parts.provider.open(request, surroundings.signal, startFrom);
      attempt.startMs += this.#parts.clock.now() - startedAt;
      if ('kind' in opened) return opened;
      attempt.packages = this.#broughtBy(image, opened);
      const refusal = await this.#installPackages(attempt, opened, request, surroundings, silent);
      if (refusal === null) return opened;
      // None of its code has run yet: it can have another process, unless its packages are what kills them.
      if (refusal !== 'process-died') return refusal;
      const end = await this.#parts.supervisor.endOf(opened.sidecar);
      if (end.cause === 'out-of-memory') return { kind: 'process-died', end };
      if (tries === PACKAGE_TRIES) {
        return { kind: 'setup-failed', detail: 'the sandbox process ended while packages were installed' };
      }
    }
  }

  /** While the interpreter is there: one of the run's own is ended afterwards. */
  async #collectFiles(
    interpreter: OpenInterpreter,
    verdict: Verdict,
    { onFile, signal }: Surroundings,
  ): Promise<void> {
    if (onFile === undefined || !interpreterLives(verdict)) return;
    try {
      await this.#parts.files.collect(interpreter, filesOf(verdict), onFile, signal);
    } catch {
      // What a listener throws is its own affair: the run's result must not depend on it.
    }
  }

  /** An image for a run that gets a fresh interpreter, if there is one. */
  async #chooseImage(
    request: RunRequest,
    { onPackages, signal }: Surroundings,
    silent: SilentSources,
  ): Promise<ChosenImage | null> {
    const { images, interpreters } = this.#parts;
    if (request.session !== undefined && interpreters.has(request.session)) return null;
    return (await images?.choose(request, signal, silent, onPackages)) ?? null;
  }

  /** What the run needs of an image, if its interpreter came from that after all: its process may have died. */
  #broughtBy(image: ChosenImage | null, interpreter: OpenInterpreter): readonly string[] {
    const present = new Set(this.#parts.packages.installedIn(interpreter));
    return image?.needed.filter((name) => present.has(name)) ?? [];
  }

  #startFrom({ key, sidecar, wheels }: ChosenImage): StartFromImage {
    return {
      sidecar,
      start: async (interpreter) => {
        const discard = async (): Promise<void> => this.#parts.images?.discard(key);
        const opening = sidecar.openFromImage(interpreter.id, key);
        const use = await opening.catch(async (error: unknown) => {
          // The process may have died of it.
          if (processDied(error)) await discard();
          throw error;
        });
        if (use === 'used') {
          this.#parts.packages.noteInstalled(interpreter, wheels);
        } else if (use === 'unusable') {
          await discard();
        }
      },
    };
  }

  /** What the code needs goes into its interpreter; otherwise why that can't be done. */
  async #installPackages(
    attempt: Attempt,
    interpreter: OpenInterpreter,
    request: RunRequest,
    { onPackages: onProgress, signal }: Surroundings,
    silent: SilentSources,
  ): Promise<Verdict | 'process-died' | null> {
    const startedAt = this.#parts.clock.now();
    try {
      const { advice, installed } = await this.#parts.packages.install({
        interpreter,
        request,
        signal,
        silent,
        onProgress,
      });
      attempt.packages = [...attempt.packages, ...installed];
      attempt.advice = advice;
      return null;
    } catch (error) {
      // A package that can't be had leaves a session as it was; anything else means that its interpreter is gone.
      if (!(error instanceof PackageError)) await this.#parts.provider.close(interpreter);
      else if (request.session === undefined) this.#parts.provider.discard(interpreter);
      if (signal.aborted) return { kind: 'cancelled', by: null };
      if (processDied(error)) return 'process-died';
      return { kind: 'setup-failed', detail: toldBy(error, 'its packages could not be installed') };
    } finally {
      attempt.packagesMs += this.#parts.clock.now() - startedAt;
    }
  }

  async #runIn(
    interpreter: OpenInterpreter,
    request: RunRequest,
    { collector, input, outputBytes, signal }: Surroundings,
  ): Promise<Verdict> {
    const { id, sidecar } = interpreter;
    input?.connect((answer) => sidecar.answerInput(id, answer));
    const ownInterpreter = request.session === undefined;
    const verdict = await new RunExecution({
      interpreter,
      order: { code: request.code, outputBytes: outputBytes, input: input !== null },
      limitMs: request.timeoutMs ?? DEFAULTS.timeoutMs,
      interruptMs: ownInterpreter ? INTERRUPT_MS.ownInterpreter : INTERRUPT_MS.session,
      collector,
      clock: this.#parts.clock,
      signal,
      outOfMemory: this.#parts.memory.outOfMemory,
      memory: () => this.#parts.memory.explanation,
      close: () => this.#parts.provider.close(interpreter),
      processEnd: () => this.#parts.supervisor.endOf(sidecar),
      endProcess: (cause, detail) => this.#parts.supervisor.end(sidecar, cause, detail),
    }).run();
    // Whatever is still found of the process, the next run gets another one.
    if (verdict.kind === 'process-died') this.#parts.interpreters.forgetAll(sidecar);
    return verdict;
  }
}
