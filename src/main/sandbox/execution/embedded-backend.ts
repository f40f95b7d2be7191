import type { OrderlyEnd } from '../../../shared/contract/sandbox-events.ts';
import type { RunRequest, SessionState } from '../../../shared/contract/run.ts';
import { PackageError } from '../../packages/package-error.ts';
import type { Backend, Opening, RunContext, RunProgress } from '../../run/backend.ts';
import { adviceFormatterOf } from '../../run/package-advice.ts';
import type { Verdict } from '../../run/verdict.ts';
import type { ImportTimes } from '../packages/import-times.ts';
import { ImportWatch } from '../packages/import-watch.ts';
import { ModuleAdvice, refusalOf } from '../packages/module-advice.ts';
import type { PackageProvider } from '../packages/package-provider.ts';
import { RunNeeds } from '../packages/run-needs.ts';
import type { OpenInterpreter } from '../sessions/session-registry.ts';
import { describeRemoteError } from '../sidecar/remote-errors.ts';
import type { SelectedSnapshot, SnapshotSelector } from './snapshot-selector.ts';
import { EmbeddedInterpreter, type EmbeddedInterpreterParts } from './embedded-interpreter.ts';
import { processDied, type Provided, type StartFromPackageSnapshot } from './interpreter-provider.ts';

/** Most processes that may die while the packages of one run are installed before the run fails. */
const PACKAGE_TRIES = 2;

export interface EmbeddedBackendParts extends EmbeddedInterpreterParts {
  /** Undefined: every interpreter starts without packages. */
  readonly snapshots: SnapshotSelector | undefined;
  /** Undefined: how long imports take is not kept. */
  readonly importTimes: ImportTimes | undefined;
  /** Undefined: packages can not be installed. */
  readonly packageProvider: PackageProvider | undefined;
  /** Called when nothing uses the sandbox for the moment. */
  readonly onRest: () => void;
  /** Ends all processes. */
  readonly close: () => Promise<void>;
}

/** Time and packages that were spent so far on preparing a run's interpreter. */
interface Progress {
  startMs: number;
  packagesMs: number;
  packages: readonly string[];
  /** Those of them that were put in, and are not imported yet. */
  installed: readonly string[];
  advice: ModuleAdvice;
}

/** Runs Python in the sandbox's sidecar: its interpreter, its packages. */
export class EmbeddedBackend implements Backend {
  readonly runtime = 'embedded';
  readonly #parts: EmbeddedBackendParts;

  constructor(parts: EmbeddedBackendParts) {
    this.#parts = parts;
  }

  hold(session: string | null, endsSession: OrderlyEnd | null): () => void {
    const { interpreters, onRest, supervisor } = this.#parts;
    supervisor.use();
    return () => {
      // The end of what nobody has used does not put off the idle time.
      supervisor.release(endsSession === 'idle' ? 'question' : 'use');
      if (session !== null) interpreters.rest(session);
      onRest();
    };
  }

  async open(request: RunRequest, context: RunContext): Promise<Opening> {
    if (context.endsSession !== null) return this.#openToEnd(request.session, context.endsSession);
    const progress: Progress = {
      startMs: 0,
      packagesMs: 0,
      packages: [],
      installed: [],
      advice: new ModuleAdvice({ adviceWording: context.adviceWording }),
    };
    const needs = this.#needsOf(request, context);
    const opened = await this.#prepare(progress, request, context, needs).finally(() => needs?.release());
    const { advice, installed, ...preparation } = progress;
    if (opened.kind === 'refused') return { ...opened, ...preparation };
    const interpreter = new EmbeddedInterpreter(
      this.#parts,
      opened.interpreter,
      request.session,
      advice,
      null,
      await this.#importWatch(installed, context),
    );
    return { kind: 'opened', interpreter, ...preparation };
  }

  async #importWatch(
    packageNames: readonly string[],
    { onPhase }: RunContext,
  ): Promise<ImportWatch | undefined> {
    if (packageNames.length === 0) return undefined;
    const { clock, importTimes } = this.#parts;
    return new ImportWatch({
      clock,
      packageNames,
      expectedMs: (await importTimes?.last(packageNames)) ?? null,
      onPhase,
      onMeasured: (ms) => void importTimes?.note(packageNames, ms),
    });
  }

  /** The session's interpreter as it is, if there is one: nothing is started for its end. */
  #openToEnd(session: string | undefined, why: OrderlyEnd): Opening {
    const { interpreters } = this.#parts;
    const preparation = { startMs: 0, packagesMs: 0, packages: [] };
    const found = session === undefined ? undefined : interpreters.find(session);
    if (session === undefined || found === undefined) {
      return {
        kind: 'refused',
        verdict: { kind: 'setup-failed', detail: 'the session has no state' },
        ...preparation,
      };
    }
    interpreters.use(session);
    const interpreter = new EmbeddedInterpreter(this.#parts, found, session, new ModuleAdvice({}), why);
    return { kind: 'opened', interpreter, ...preparation };
  }

  stateAfter(session: string | undefined, progress: RunProgress): SessionState {
    const { interpreters } = this.#parts;
    if (session === undefined) {
      return progress.verdict.kind === 'finished' || !progress.began ? 'reset' : 'lost';
    }
    if (progress.endsSession === 'reset') return interpreters.losses.take(session) ? 'lost' : 'reset';
    // Nobody has asked for it: the next run says so.
    if (progress.endsSession !== null) return 'lost';
    return interpreters.losses.stateAfter(session, progress, interpreters.has(session));
  }

  close(): Promise<void> {
    return this.#parts.close();
  }

  #needsOf(request: RunRequest, { modules, onPackages: onProgress, signal }: RunContext): RunNeeds | null {
    const { packageProvider } = this.#parts;
    return packageProvider === undefined
      ? null
      : new RunNeeds(request, packageProvider, { signal, onProgress, modules });
  }

  /** An interpreter with all that the code needs, or why there is none. */
  async #prepare(
    progress: Progress,
    request: RunRequest,
    context: RunContext,
    needs: RunNeeds | null,
  ): Promise<Provided> {
    for (let tries = 1; ; tries++) {
      progress.packages = [];
      const askedAt = this.#parts.clock.now();
      const image = await this.#chooseImage(request, context, needs);
      const startedAt = this.#parts.clock.now();
      progress.packagesMs += startedAt - askedAt;
      const startFrom = image === null ? undefined : this.#startFrom(image);
      const opened = await this.#parts.provider.open(request, context.signal, startFrom);
      progress.startMs += this.#parts.clock.now() - startedAt;
      if (opened.kind === 'refused') return opened;
      const { interpreter } = opened;
      progress.packages = this.#broughtBy(image, interpreter);
      const refusal = await this.#installPackages(progress, interpreter, request, context, needs);
      if (refusal === null) return opened;
      // No guest code has run yet, so another process can be tried, unless installing the packages is what kills it.
      if (refusal !== 'process-died') return { kind: 'refused', verdict: refusal };
      const end = await this.#parts.supervisor.endOf(interpreter.sidecar);
      if (end.cause === 'out-of-memory') return { kind: 'refused', verdict: { kind: 'process-died', end } };
      if (tries === PACKAGE_TRIES) {
        const detail = 'the sandbox process ended while packages were installed';
        return { kind: 'refused', verdict: { kind: 'setup-failed', detail } };
      }
    }
  }

  /** A package snapshot for a run that starts a fresh interpreter, or null when none fits. */
  async #chooseImage(
    request: RunRequest,
    { signal }: RunContext,
    needs: RunNeeds | null,
  ): Promise<SelectedSnapshot | null> {
    const { snapshots, interpreters } = this.#parts;
    if (needs === null) return null;
    if (request.session !== undefined && interpreters.has(request.session)) return null;
    return (await snapshots?.choose(request, needs, signal)) ?? null;
  }

  /** Packages that the run needs and got from the snapshot: none if the interpreter was started without it after all. */
  #broughtBy(image: SelectedSnapshot | null, interpreter: OpenInterpreter): readonly string[] {
    const present = new Set(this.#parts.packages.installedIn(interpreter));
    return image?.needed.filter((name) => present.has(name)) ?? [];
  }

  #startFrom({ key, sidecar, wheels }: SelectedSnapshot): StartFromPackageSnapshot {
    return {
      sidecar,
      start: async (interpreter) => {
        const discard = async (): Promise<void> => this.#parts.snapshots?.discard(key);
        const opening = sidecar.openFromPackageSnapshot(interpreter.id, key);
        const use = await opening.catch(async (error: unknown) => {
          // Installing packages may have killed the process.
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

  /** Installs the packages that the code needs into its interpreter, or returns why it failed. */
  async #installPackages(
    progress: Progress,
    interpreter: OpenInterpreter,
    request: RunRequest,
    { onPhase, signal, adviceWording }: RunContext,
    needs: RunNeeds | null,
  ): Promise<Verdict | 'process-died' | null> {
    const startedAt = this.#parts.clock.now();
    try {
      const { advice, installed } = await this.#parts.packages.install({
        interpreter,
        request,
        needs,
        onPhase,
        signal,
        adviceWording,
      });
      progress.installed = installed;
      progress.packages = [...progress.packages, ...installed];
      progress.advice = advice;
      return null;
    } catch (error) {
      // A package that is not available leaves the session unchanged; after any other failure its interpreter is gone.
      if (!(error instanceof PackageError)) await this.#parts.provider.close(interpreter);
      else if (request.session === undefined) this.#parts.provider.discard(interpreter);
      if (signal.aborted) return { kind: 'cancelled', by: null };
      if (processDied(error)) return 'process-died';
      return {
        kind: 'packages-missing',
        detail:
          error instanceof PackageError
            ? adviceFormatterOf(adviceWording)(refusalOf(error))
            : describeRemoteError(error, 'its packages could not be installed'),
      };
    } finally {
      progress.packagesMs += this.#parts.clock.now() - startedAt;
    }
  }
}
