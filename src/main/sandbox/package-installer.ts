import { ImportReport } from '../../shared/package-files.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import type { RunRequest } from '../../shared/sandbox.ts';
import { probablePackage } from '../packages/module-names.ts';
import { PackageError } from '../packages/package-error.ts';
import { PINNED_WHEELS } from '../packages/pinned-wheels.ts';
import { packageName } from '../packages/requirement.ts';
import type { Wheel } from '../packages/package-service.ts';
import type { InstallProgress } from '../packages/progress.ts';
import { scriptDependencies } from '../packages/script-metadata.ts';
import type { SilentSources } from '../packages/silent-sources.ts';
import { bringPackages, suppliesOf, type Supply } from './bring-packages.ts';
import type { BytecodeStore } from './bytecode-store.ts';
import type { Clock } from './clock.ts';
import type { OpenInterpreter } from './interpreters.ts';
import { ModuleAdvice } from './module-advice.ts';
import { SpelledOut } from './spelled-out.ts';
import type { PackageProvider } from './package-provider.ts';
import { refuseTooLarge } from './package-size.ts';
import { raceStop } from './stop-signal.ts';

/** For an interpreter to say what code imports, in ms. One that is slower runs the code without help. */
const FIND_LIMIT_MS = 10_000;
/** For one step of putting packages into an interpreter, in ms. */
const INSTALL_LIMIT_MS = 120_000;
/** For packages to be read and handed over, in ms: what is damaged is fetched again in that time. */
const BRING_LIMIT_MS = 16 * 60_000;
/** Packages may be pushed out again by those of other runs before they are all there. */
const BRING_ROUNDS = 3;

/** So soon after one could not be had, a package that is only hinted at is not sought again, in ms. */
const HINT_PAUSE_MS = 60_000;
const MAX_FAILED_HINTS = 1000;

/**
 * What may be hinted at and looked up on the network. The guest could hint at anything; these names give nothing
 * away.
 */
const MAY_BE_HINTED = new Set(['openpyxl', 'tabulate', 'xlsxwriter', ...PINNED_WHEELS.keys()]);

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
  readonly signal: AbortSignal;
  /** Of the run. */
  readonly silent: SilentSources;
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
  /** Only of use for something that the code may do. */
  readonly hinted: readonly string[];
  /** Those of them that stand in the request itself: see `EnsureOptions`. */
  readonly spelledOut: ReadonlySet<string>;
}

/** Puts the packages that a run needs into its interpreter before its code runs. */
export class PackageInstaller {
  readonly #provider: PackageProvider | undefined;
  readonly #bytecode: BytecodeStore | undefined;
  readonly #clock: Clock;
  /** By package. Guests name them: it is cleared when it is full. */
  readonly #failedHints = new Map<string, { readonly at: number; readonly reason: string }>();
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
    const named = [...(order.request.packages ?? []), ...scriptDependencies(order.request.code)];
    const provider = this.#provider;
    if (provider === undefined) {
      if (named.length === 0) return { installed: [], advice };
      throw new PackageError('bad-settings', 'this sandbox was set up without packages; leave them out');
    }
    if (named.length === 0 && !MAY_IMPORT.test(order.request.code)) return { installed: [], advice };
    const wanted = await this.#wanted(named, provider, order);
    const wheels = await this.#obtain(wanted, provider, order, advice);
    return { installed: await this.#put(wheels, provider, order), advice };
  }

  async #wanted(named: readonly string[], provider: PackageProvider, order: InstallOrder): Promise<Wanted> {
    const { code } = order.request;
    const spelledOut = new Set(named.map(packageName));
    if (!MAY_IMPORT.test(code)) return { named, imported: new Map(), hinted: [], spelledOut };
    const report = await this.#report(order);
    const isNothing = report.asked.length + report.modules.length + report.hints.length === 0;
    if (isNothing) return { named, imported: new Map(), hinted: [], spelledOut };
    // What the interpreter says is the guest's word: only what main reads there itself stands in the code.
    const text = new SpelledOut(code);
    const imported = new Map<string, string[]>();
    for (const name of report.asked) {
      imported.set(name, [name]);
      if (text.hasLiteral(name)) spelledOut.add(packageName(name));
    }
    for (const module of report.modules) {
      const name = await packageOf(module, provider);
      imported.set(name, [...(imported.get(name) ?? [name]), module]);
      if (text.hasImport(module)) spelledOut.add(packageName(name));
    }
    const hinted = await Promise.all(report.hints.map((module) => packageOf(module, provider)));
    for (const name of hinted) if (MAY_BE_HINTED.has(name)) spelledOut.add(name);
    return { named, imported, hinted, spelledOut };
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
    { signal, silent, onProgress }: InstallOrder,
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
    for (const name of hinted) {
      const failed = this.#failedHints.get(name);
      if (failed !== undefined && this.#clock.now() - failed.at < HINT_PAUSE_MS) {
        advice.add(name, failed.reason);
        continue;
      }
      try {
        take(await ensure([...named, name]));
      } catch (refusal) {
        if (!isRefusal(refusal)) throw refusal;
        const reason = reasonOf(refusal, name);
        if (this.#failedHints.size >= MAX_FAILED_HINTS) this.#failedHints.clear();
        this.#failedHints.set(name, { at: this.#clock.now(), reason });
        advice.add(name, reason);
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
    const install = (): Promise<string[]> =>
      this.#within(
        sidecar.packages.install(
          id,
          supplies.map(({ sha256 }) => sha256),
        ),
        signal,
      );
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

const crowdedOut = (): PackageError =>
  new PackageError(
    'timed-out',
    'other runs need so many packages at once that there is no room for those of this one; run it again later',
  );

/** Whether a package can't be had, rather than that all is over. */
const isRefusal = (error: unknown): error is PackageError =>
  error instanceof PackageError && error.code !== 'cancelled';

/** A probable name where no lock knows the module: an index, a pack or a mirror may have that. */
const packageOf = async (module: string, provider: PackageProvider): Promise<string> =>
  (await provider.packagesForImports([module]))[0] ?? probablePackage(module);

const reasonOf = (refusal: PackageError, module: string): string =>
  refusal.code === 'unknown-package' || refusal.code === 'bad-requirement'
    ? unknownModule(module)
    : refusal.message;

/** Whether a package was found by a guess that was wrong. What the lock says needs no such check. */
const isWithout = (wheel: Wheel | undefined, module: string): boolean =>
  wheel?.origin === 'user' && !wheel.imports.includes(module.split('.')[0] ?? module);

const withoutIt = (name: string, module: string): string =>
  `the package "${name}" does not provide "${module}"; if you know which one does, name it for the run ` +
  '(packages, or --package NAME)';

const unknownModule = (module: string): string =>
  `no known package provides "${module}"; if you know which one does, install it once with ` +
  '"vivarium packages install NAME" and name it for the run (packages, or --package NAME)';
