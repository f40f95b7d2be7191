import { ImportReport } from '../../../shared/protocol/import-report.ts';
import type { PackageConflict } from '../../../shared/protocol/package-parts.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import type { RunRequest } from '../../../shared/contract/run.ts';
import type { Wheel } from '../../packages/wheel.ts';
import { topOf, type ModuleOwners } from '../../packages/resolve/module-owners.ts';
import { PackageError } from '../../packages/package-error.ts';
import { packageName } from '../../packages/resolve/requirement.ts';
import type { FontRequest, RunContext } from '../../run/backend.ts';
import type { AdviceWording, PackageRefusal } from '../../run/package-advice.ts';
import { sendPackages, packageTransfersOf, type PackageTransfer } from './send-packages.ts';
import type { BytecodeStore } from './bytecode-store.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenInterpreter } from '../sessions/session-registry.ts';
import { ModuleAdvice, refusalOf } from './module-advice.ts';
import { explained } from './explained-error.ts';
import { ModuleCatalog } from './module-catalog.ts';
import { localModulesIn } from './local-modules.ts';
import type { PackageProvider } from './package-provider.ts';
import { refuseTooLarge } from './package-size.ts';
import type { RunNeeds } from './run-needs.ts';
import { linkSignals, raceStop, sharedController } from '../../base/stop-signal.ts';

/** How long an interpreter may take to report what code imports, in ms; then the code runs without these packages. */
const FIND_LIMIT_MS = 10_000;
/** Limit for one step of installing packages into an interpreter, in ms. */
const INSTALL_LIMIT_MS = 120_000;
/** Limit for reading and sending packages, in ms, including new downloads of damaged ones. */
const BRING_LIMIT_MS = 16 * 60_000;
/** Attempts: packages of other runs may evict some before all are there. */
const BRING_ROUNDS = 3;

/** How long a package that is only hinted at, and could not be installed, is not looked up again for that interpreter, in ms. */
const HINT_PAUSE_MS = 60_000;

export interface PackageInstallerOptions {
  /** Undefined: packages can not be installed. */
  readonly provider: PackageProvider | undefined;
  /** Undefined: packages are compiled when they are imported. */
  readonly bytecode?: BytecodeStore | undefined;
  readonly clock: Clock;
}

export interface InstallOrder {
  readonly interpreter: OpenInterpreter;
  readonly request: RunRequest;
  /** The packages that the request needs; null where none can be installed. */
  readonly needs: RunNeeds | null;
  readonly signal: AbortSignal;
  /** The wording of advice about missing packages. */
  readonly adviceWording?: AdviceWording | undefined;
  /** Told before packages are put into the interpreter. */
  readonly onPhase?: RunContext['onPhase'];
}

export interface Installation {
  /** Names of what was put into the interpreter for this run, each after what it depends on. */
  readonly installed: readonly string[];
  readonly advice: ModuleAdvice;
}

/** Puts packages into an interpreter, see `SidecarPackages.install`. */
type Install = (hashes: readonly string[]) => ReturnType<OpenInterpreter['sidecar']['packages']['install']>;

/** A hinted package that could not be installed. */
interface FailedHint {
  readonly at: number;
  readonly refusal: PackageRefusal;
}

const namesOf = (files: RunRequest['files']): string[] => files?.map(({ name }) => name) ?? [];

const NOTHING: ImportReport = { modules: [], hints: [], asked: [] };

/** Puts the packages that a run needs into its interpreter before its code runs. */
export class PackageInstaller {
  readonly #provider: PackageProvider | undefined;
  readonly #bytecode: BytecodeStore | undefined;
  readonly #clock: Clock;
  /** Failed hints of each interpreter, by package: they do not apply to other interpreters. */
  readonly #failedHints = new WeakMap<OpenInterpreter, Map<string, FailedHint>>();
  /** Hashes of the packages in each interpreter. */
  readonly #installed = new WeakMap<OpenInterpreter, Map<string, string>>();
  /** Those of Pyodide's lock, once some run has needed packages. */
  #owners: ModuleOwners | null = null;

  constructor({ bytecode, provider, clock }: PackageInstallerOptions) {
    this.#provider = provider;
    this.#bytecode = bytecode;
    this.#clock = clock;
  }

  /** An interpreter was started with these packages in it. */
  noteInstalled(interpreter: OpenInterpreter, wheels: readonly Wheel[]): void {
    this.#installed.set(interpreter, new Map(wheels.map(({ name, sha256 }) => [name, sha256])));
  }

  /** Names of what an interpreter has, those included that it was started with. */
  installedIn(interpreter: OpenInterpreter): string[] {
    return [...(this.#installed.get(interpreter)?.keys() ?? [])];
  }

  /**
   * @throws PackageError when a package that was named can't be had, or someone has cancelled
   * @throws RpcError when the interpreter is gone, does not answer or does not take a package
   */
  async install(order: InstallOrder): Promise<Installation> {
    const { interpreter, needs, request, adviceWording } = order;
    const provider = this.#provider;
    const adviceBy = (owners: ModuleOwners | null): ModuleAdvice =>
      new ModuleAdvice({
        adviceWording,
        knowledge: new ModuleCatalog(owners),
        // Nobody means the script itself.
        files: [...localModulesIn(namesOf(request.files).filter((name) => name !== request.script))],
        isInstalled: (name) => this.#installed.get(interpreter)?.has(name) === true,
      });
    if (provider === undefined || needs === null) {
      if ((request.packages ?? []).length === 0) return { installed: [], advice: adviceBy(null) };
      throw new PackageError('bad-settings', 'this sandbox was set up without packages; leave them out');
    }
    const named = [...(await needs.required()), ...(await needs.requested())];
    const report = needs.mayImport(this.installedIn(interpreter).length > 0)
      ? await this.#report(order)
      : NOTHING;
    const found = report.asked.length + report.modules.length + report.hints.length;
    if (named.length + found === 0 && !needs.hasModules) {
      return { installed: [], advice: adviceBy(this.#owners) };
    }
    const packages = await needs.packages();
    this.#owners = packages.modules;
    const advice = adviceBy(packages.modules);
    const wheels = await this.#obtain(needs, report, interpreter, advice);
    const { id, sidecar } = interpreter;
    const give: Install = (hashes) => sidecar.packages.install(id, hashes);
    const { onPhase, signal } = order;
    return { installed: await this.#put(wheels, provider, interpreter, signal, give, onPhase), advice };
  }

  /** See `Interpreter.bringFonts`. */
  async bringFonts(interpreter: OpenInterpreter, request: FontRequest): Promise<readonly string[]> {
    const { call, limitMs, signal: ended } = request;
    const { id, sidecar } = interpreter;
    const tooLate = sharedController();
    const cancelTimer = this.#clock.after(limitMs, () => tooLate.abort());
    const { signal, unlink } = linkSignals(ended, tooLate.signal);
    const give: Install = (hashes) => sidecar.packages.answerFonts(id, call, hashes);
    let installed: readonly string[] = [];
    try {
      installed = await this.#giveFonts(interpreter, request, signal, give);
    } catch {
      // A plot without the font is better than none.
    } finally {
      cancelTimer();
      unlink();
    }
    // A process that is gone waits for nothing.
    if (installed.length === 0 && !ended.aborted) await give([]).catch(() => undefined);
    return installed;
  }

  /** @returns what was put into the interpreter; nothing was given when it is empty. @throws PackageError, RpcError */
  async #giveFonts(
    interpreter: OpenInterpreter,
    { modules, onPackages: onProgress }: FontRequest,
    signal: AbortSignal,
    give: Install,
  ): Promise<readonly string[]> {
    const provider = this.#provider;
    if (provider === undefined || modules.length === 0) return [];
    const packages = await provider.begin({ askedBy: 'code', signal, onProgress });
    try {
      const found = [...packages.providersOf(modules)];
      const present = this.#installed.get(interpreter) ?? new Map<string, string>();
      const { refused, wheels } = await packages.obtain({
        required: [],
        optional: found
          .filter(([, { name }]) => this.#failureOf(interpreter, name) === null)
          .map(([module, { name }]) => ({ requirement: name, modules: [module], named: false })),
        // There are only a few: which of them is looked for reveals next to nothing.
        spelledOut: new Set(
          found.filter(([, provided]) => provided.isVouchedFor).map(([, { name }]) => name),
        ),
        present,
      });
      for (const [requirement, error] of refused) this.#noteFailed(interpreter, requirement, error);
      return await this.#put(wheels, provider, interpreter, signal, give);
    } finally {
      await packages.release();
    }
  }

  /** What the interpreter reports; empty when the report is invalid. */
  async #report({ interpreter, request, signal }: InstallOrder): Promise<ImportReport> {
    const asking = interpreter.sidecar.questions.ask(interpreter.id, 'findImports', { code: request.code });
    const raced = await raceStop(asking, this.#clock, FIND_LIMIT_MS, signal);
    if (raced.stopped !== null) {
      // It may come later, or fail with its process.
      asking.catch(() => undefined);
      if (raced.stopped === 'cancelled') throw cancelled();
      return NOTHING;
    }
    try {
      return ImportReport.safeParse(JSON.parse(raced.value)).data ?? NOTHING;
    } catch {
      return NOTHING;
    }
  }

  async #obtain(
    needs: RunNeeds,
    report: ImportReport,
    interpreter: OpenInterpreter,
    advice: ModuleAdvice,
  ): Promise<readonly Wheel[]> {
    const { hinted, requested, wants } = await needs.found(report);
    const packages = await needs.packages();
    const knowledge = new ModuleCatalog(packages.modules);
    const optional = (wants.optional ?? []).filter(({ modules, requirement }) => {
      const failed = hinted.has(requirement) ? this.#failureOf(interpreter, requirement) : null;
      if (failed === null) return true;
      for (const name of [requirement, ...modules]) advice.add(name, failed);
      return false;
    });
    const present = this.#installed.get(interpreter) ?? new Map<string, string>();
    const obtaining = packages.obtain({ ...wants, optional, present });
    const { refused, wheels } = await obtaining.catch((error: unknown) => {
      throw error instanceof PackageError ? explained(error, knowledge, wants.required) : error;
    });
    for (const { modules, requirement } of optional) {
      const error = refused.get(requirement);
      if (error !== undefined) {
        const refusal = refusalOf(explained(error, knowledge, [requirement]));
        if (hinted.has(requirement)) this.#noteFailed(interpreter, requirement, error);
        if (requested.has(requirement)) advice.addUnmet(requirement, refusal);
        const isGuess = error.code === 'unknown-package' && !wants.spelledOut?.has(requirement);
        for (const name of [requirement, ...modules]) {
          advice.add(name, isGuess ? knowledge.about(name) : refusal);
        }
        continue;
      }
      const wheel = wheels.find(({ name }) => name === packageName(requirement));
      for (const module of modules) {
        if (isWithout(wheel, module)) {
          advice.add(module, { kind: 'not-in-package', module, packageName: requirement });
        }
      }
    }
    return wheels;
  }

  /** Why a package that was only hinted at could not be had lately. */
  #failureOf(interpreter: OpenInterpreter, requirement: string): PackageRefusal | null {
    const failed = this.#failedHints.get(interpreter)?.get(requirement);
    return failed === undefined || this.#clock.now() - failed.at >= HINT_PAUSE_MS ? null : failed.refusal;
  }

  #noteFailed(interpreter: OpenInterpreter, requirement: string, error: PackageError): void {
    const failed = this.#failedHints.get(interpreter) ?? new Map<string, FailedHint>();
    this.#failedHints.set(interpreter, failed);
    failed.set(requirement, { at: this.#clock.now(), refusal: refusalOf(error) });
  }

  async #put(
    wheels: readonly Wheel[],
    provider: PackageProvider,
    interpreter: OpenInterpreter,
    signal: AbortSignal,
    give: Install,
    onPhase?: RunContext['onPhase'],
  ): Promise<string[]> {
    const present = this.#installed.get(interpreter) ?? new Map<string, string>();
    this.#installed.set(interpreter, present);
    const wanting = wheels.filter(({ name, sha256 }) => {
      const before = present.get(name);
      if (before === undefined || before === sha256) return before === undefined;
      throw new PackageError(
        'version-unavailable',
        `the session has another version of ${name} installed; use a new session`,
        { packageName: name },
      );
    });
    if (wanting.length === 0) return [];
    refuseTooLarge(wanting);
    onPhase?.({ name: 'installing', packageNames: wanting.map(({ name }) => name) });
    const { sidecar } = interpreter;
    let transfers: readonly PackageTransfer[] = [
      ...packageTransfersOf(wanting, provider),
      ...((await this.#bytecode?.transfersFor(wanting)) ?? []),
    ];
    const install = async (): Promise<readonly string[]> => {
      const hashes = transfers.map(({ sha256 }) => sha256);
      const done = await this.#within(give(hashes), signal);
      if (done.conflict !== undefined) throw conflicting(done.conflict);
      return done.missing;
    };
    let missing = await install();
    for (let round = 1; missing.length > 0; round++) {
      if (round > BRING_ROUNDS) throw crowdedOut();
      const bringing = sendPackages(transfers, missing, sidecar, signal);
      const absent = await this.#within(bringing, signal, BRING_LIMIT_MS);
      transfers = transfers.filter(({ sha256 }) => !absent.has(sha256));
      missing = await install();
    }
    for (const { name, sha256 } of wanting) present.set(name, sha256);
    return wanting.map(({ name }) => name);
  }

  async #within<T>(work: Promise<T>, signal: AbortSignal, limitMs = INSTALL_LIMIT_MS): Promise<T> {
    const raced = await raceStop(work, this.#clock, limitMs, signal);
    if (raced.stopped === null) return raced.value;
    // It may come later, or fail with its process.
    work.catch(() => undefined);
    if (raced.stopped === 'cancelled') throw cancelled();
    // An interpreter that does not answer is ended, whatever it is doing.
    throw new RpcError('failed', `packages were not installed within ${limitMs / 1000} s`);
  }
}

const cancelled = (): PackageError =>
  new PackageError('cancelled', 'installing packages was cancelled; run it again to go on');

const conflicting = ({ name, other }: PackageConflict): PackageError =>
  new PackageError(
    'files-clash',
    `${name} can not be installed: ${other}, which the session has, brings files that stand in the place of its own; ` +
      'use a new session, or leave one of the two out',
    { packageName: name },
  );

const crowdedOut = (): PackageError =>
  new PackageError(
    'timed-out',
    'other runs need so many packages at once that there is no room for those of this one; run it again later',
  );

/** Whether a package was found by a guess that was wrong. What the lock says needs no such check. */
const isWithout = (wheel: Wheel | undefined, module: string): boolean =>
  wheel?.origin === 'user' && !wheel.imports.includes(topOf(module));
