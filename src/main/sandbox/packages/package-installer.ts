import { HINTED_MODULES } from '../../../shared/curated-packages.ts';
import { ImportReport, type PackageClash } from '../../../shared/protocol/package-files.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import type { RunRequest } from '../../../shared/contract/sandbox.ts';
import type { Provider } from '../../packages/resolve/catalog.ts';
import { PackageUse } from '../../packages/store/holds.ts';
import { topOf } from '../../packages/resolve/module-owners.ts';
import { PackageError } from '../../packages/package-error.ts';
import { packageName } from '../../packages/resolve/requirement.ts';
import type { Wheel } from '../../packages/package-service.ts';
import type { InstallProgress } from '../../packages/progress.ts';
import type { UnreachableSources } from '../../packages/sources/unreachable-sources.ts';
import { bringPackages, suppliesOf, type Supply } from './bring-packages.ts';
import type { CodeReading } from './code-reading.ts';
import type { BytecodeStore } from './bytecode-store.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenInterpreter } from '../sessions/session-registry.ts';
import { adviceAbout, ModuleAdvice } from './module-advice.ts';
import type { PackageProvider } from './package-provider.ts';
import { refuseTooLarge } from './package-size.ts';
import { raceStop } from '../../base/stop-signal.ts';

/** For an interpreter to say what code imports, in ms. One that is slower runs the code without help. */
const FIND_LIMIT_MS = 10_000;
/** For one step of putting packages into an interpreter, in ms. */
const INSTALL_LIMIT_MS = 120_000;
/** For packages to be read and handed over, in ms: what is damaged is fetched again in that time. */
const BRING_LIMIT_MS = 16 * 60_000;
/** Packages may be pushed out again by those of other runs before they are all there. */
const BRING_ROUNDS = 3;

/** So soon after one could not be had, a package that is only hinted at is not sought again for that interpreter, in ms. */
const HINT_PAUSE_MS = 60_000;

/** Code without this word imports nothing, save by means that nobody could foresee. */
const MAY_IMPORT = /\bimport\b/u;

export interface PackageInstallerOptions {
  /** Undefined: no packages are to be had. */
  readonly provider: PackageProvider | undefined;
  /** Undefined: packages are compiled by whoever imports them. */
  readonly bytecode?: BytecodeStore | undefined;
  readonly clock: Clock;
}

export interface InstallOrder {
  readonly interpreter: OpenInterpreter;
  readonly request: RunRequest;
  /** That of the request. */
  readonly code: CodeReading;
  readonly signal: AbortSignal;
  /** Of the run. */
  readonly silent: UnreachableSources;
  readonly onProgress?: ((progress: InstallProgress) => void) | undefined;
}

export interface Installation {
  /** Names of what was put into the interpreter for this run, each after what it depends on. */
  readonly installed: readonly string[];
  readonly advice: ModuleAdvice;
}

/** What the code wants, as far as can be seen before it runs. */
interface Wanted {
  /** By the request and by the script's own metadata: without these the run is not begun. */
  readonly named: readonly string[];
  /** What the code imports, by package. Without one of these the run goes on, and its error says why. */
  readonly imported: ReadonlyMap<string, readonly string[]>;
  /** Only of use for something that the code may do, by package. */
  readonly hinted: ReadonlyMap<string, readonly string[]>;
  /** Imported or hinted at, and no package that may come unasked has it. */
  readonly unknown: readonly string[];
  /** Those of them that stand in the request itself: see `EnsureOptions`. */
  readonly spelledOut: ReadonlySet<string>;
}

/** A hint that came to nothing. */
interface FailedHint {
  readonly at: number;
  readonly reason: string;
}

/** Puts the packages that a run needs into its interpreter before its code runs. */
export class PackageInstaller {
  readonly #provider: PackageProvider | undefined;
  readonly #bytecode: BytecodeStore | undefined;
  readonly #clock: Clock;
  /** Of each interpreter, by package: what came of one run's hints is no reason to leave another's alone. */
  readonly #failedHints = new WeakMap<OpenInterpreter, Map<string, FailedHint>>();
  /** Hashes of what each interpreter has, by package. */
  readonly #installed = new WeakMap<OpenInterpreter, Map<string, string>>();

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
    const { interpreter } = order;
    const advice = new ModuleAdvice((name) => this.#installed.get(interpreter)?.has(name) === true);
    const named = [...(order.request.packages ?? []), ...(await order.code.dependencies())];
    const provider = this.#provider;
    if (provider === undefined) {
      if (named.length === 0) return { installed: [], advice };
      throw new PackageError('bad-settings', 'this sandbox was set up without packages; leave them out');
    }
    if (named.length === 0 && !MAY_IMPORT.test(order.request.code)) return { installed: [], advice };
    const use = new PackageUse();
    try {
      const wanted = await this.#wanted(named, provider, order);
      for (const module of wanted.unknown.flatMap((one) => [one, topOf(one)])) {
        advice.add(module, adviceAbout(module));
      }
      const wheels = await this.#obtain(wanted, provider, order, use, advice);
      return { installed: await this.#put(wheels, provider, order), advice };
    } finally {
      await use.release();
    }
  }

  async #wanted(named: readonly string[], provider: PackageProvider, order: InstallOrder): Promise<Wanted> {
    const { code } = order.request;
    const spelledOut = new Set(named.map(packageName));
    const imported = new Map<string, string[]>();
    const hinted = new Map<string, string[]>();
    const unknown: string[] = [];
    const wanted: Wanted = { named, imported, hinted, unknown, spelledOut };
    if (!MAY_IMPORT.test(code)) return wanted;
    const report = await this.#report(order);
    const hints = report.hints.filter((module) => HINTED_MODULES.has(module));
    if (report.asked.length + report.modules.length + hints.length === 0) return wanted;
    // What the interpreter says is the guest's word: only what main reads there itself stands in the code.
    const text = await order.code.spelledOut();
    for (const name of report.asked) {
      imported.set(name, [name]);
      if (text.hasLiteral(name)) spelledOut.add(packageName(name));
    }
    const providers = await provider.providersOf(new Set([...report.modules, ...hints]));
    const assign = (
      to: Map<string, string[]>,
      modules: readonly string[],
      mayAsk: (one: string) => boolean,
    ): void => {
      for (const module of modules) {
        const found: Provider | undefined = providers.get(module);
        if (found === undefined) unknown.push(module);
        else {
          to.set(found.name, [...(to.get(found.name) ?? [found.name]), module]);
          if (found.isVouchedFor && mayAsk(module)) spelledOut.add(found.name);
        }
      }
    };
    assign(imported, report.modules, (module) => text.hasImport(module));
    // The guest could hint at anything; which of these it is gives nothing away.
    assign(hinted, hints, () => true);
    return wanted;
  }

  /** What the interpreter says; nothing when what it says makes no sense. */
  async #report({ interpreter, request, signal }: InstallOrder): Promise<ImportReport> {
    const asking = interpreter.sidecar.packages.findImports(interpreter.id, request.code);
    const raced = await raceStop(asking, this.#clock, FIND_LIMIT_MS, signal);
    const nothing: ImportReport = { modules: [], hints: [], asked: [] };
    if (raced.stopped !== null) {
      // It may come later, or fail with its process.
      asking.catch(() => undefined);
      if (raced.stopped === 'cancelled') throw cancelled();
      return nothing;
    }
    try {
      return ImportReport.safeParse(JSON.parse(raced.value)).data ?? nothing;
    } catch {
      return nothing;
    }
  }

  async #obtain(
    { named, imported, hinted, spelledOut }: Wanted,
    provider: PackageProvider,
    { interpreter, signal, silent, onProgress }: InstallOrder,
    use: PackageUse,
    advice: ModuleAdvice,
  ): Promise<Wheel[]> {
    const ensure = (names: readonly string[]): Promise<Wheel[]> =>
      names.length === 0
        ? Promise.resolve([])
        : provider.ensure(names, {
            askedBy: 'code',
            spelledOut,
            signal,
            silent,
            use,
            present: this.#installed.get(interpreter) ?? new Map(),
            ...(onProgress === undefined ? {} : { onProgress }),
          });
    const wheels = new Map<string, Wheel>();
    const take = (more: readonly Wheel[]): void => {
      for (const wheel of more) if (!wheels.has(wheel.name)) wheels.set(wheel.name, wheel);
    };
    try {
      take(await ensure([...named, ...imported.keys()]));
    } catch (error) {
      if (!isRefusal(error) || imported.size === 0) throw error;
      take(await ensure(named));
      for (const [name, modules] of imported) {
        try {
          take(await ensure([...named, name]));
        } catch (refusal) {
          if (!isRefusal(refusal)) throw refusal;
          for (const module of modules) advice.add(module, reasonOf(refusal, module));
        }
      }
    }
    for (const [name, modules] of imported) {
      for (const module of modules) {
        if (isWithout(wheels.get(packageName(name)), module)) advice.add(module, withoutIt(name, module));
      }
    }
    const failedHints = this.#failedHints.get(interpreter) ?? new Map<string, FailedHint>();
    this.#failedHints.set(interpreter, failedHints);
    for (const [name, modules] of hinted) {
      const failed = failedHints.get(name);
      if (failed !== undefined && this.#clock.now() - failed.at < HINT_PAUSE_MS) {
        for (const module of modules) advice.add(module, failed.reason);
        continue;
      }
      try {
        take(await ensure([...named, name]));
      } catch (refusal) {
        if (!isRefusal(refusal)) throw refusal;
        const reason = reasonOf(refusal, name);
        failedHints.set(name, { at: this.#clock.now(), reason });
        for (const module of modules) advice.add(module, reason);
      }
    }
    return [...wheels.values()];
  }

  async #put(
    wheels: readonly Wheel[],
    provider: PackageProvider,
    { interpreter, signal }: InstallOrder,
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
    const { sidecar, id } = interpreter;
    let supplies: readonly Supply[] = [
      ...suppliesOf(wanting, provider),
      ...((await this.#bytecode?.suppliesFor(wanting)) ?? []),
    ];
    const install = async (): Promise<readonly string[]> => {
      const hashes = supplies.map(({ sha256 }) => sha256);
      const done = await this.#within(sidecar.packages.install(id, hashes), signal);
      if (done.clash !== undefined) throw clashing(done.clash);
      return done.missing;
    };
    let missing = await install();
    for (let round = 1; missing.length > 0; round++) {
      if (round > BRING_ROUNDS) throw crowdedOut();
      const bringing = bringPackages(supplies, missing, sidecar, signal);
      const absent = await this.#within(bringing, signal, BRING_LIMIT_MS);
      supplies = supplies.filter(({ sha256 }) => !absent.has(sha256));
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
    // Whatever its interpreter does there, it is of no more use.
    throw new RpcError('failed', `packages were not installed within ${limitMs / 1000} s`);
  }
}

const cancelled = (): PackageError =>
  new PackageError('cancelled', 'installing packages was cancelled; run it again to go on');

const clashing = ({ name, other }: PackageClash): PackageError =>
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

/** Whether a package can't be had, rather than that all is over. */
const isRefusal = (error: unknown): error is PackageError =>
  error instanceof PackageError && error.code !== 'cancelled';

const reasonOf = (refusal: PackageError, module: string): string =>
  refusal.code === 'unknown-package' || refusal.code === 'bad-requirement'
    ? adviceAbout(module)
    : refusal.message;

/** Whether a package was found by a guess that was wrong. What the lock says needs no such check. */
const isWithout = (wheel: Wheel | undefined, module: string): boolean =>
  wheel?.origin === 'user' && !wheel.imports.includes(module.split('.')[0] ?? module);

const withoutIt = (name: string, module: string): string =>
  `the package "${name}" does not provide "${module}"; if you know which one does, name it for the run ` +
  '(packages, or --package NAME)';
