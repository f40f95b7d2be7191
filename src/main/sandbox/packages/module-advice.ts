import type { RunNotice } from '../../../shared/contract/run.ts';
import type { GuestOutcome } from '../../../shared/protocol/guest-report.ts';
import { absenceIn } from '../../../shared/absent.ts';
import { CURATED } from '../../../shared/curated-packages.ts';
import { normalizeName } from '../../../shared/packages/package-settings.ts';
import type { PackageError } from '../../packages/package-error.ts';
import {
  adviceFormatterOf,
  type AdviceWording,
  type AdviceFormatter,
  type PackageAdvice,
  type PackageRefusal,
} from '../../run/package-advice.ts';
import { MAX_NAMED_PACKAGES, packagesNamedIn, withoutUnusableAdvice } from './library-messages.ts';
import { ModuleCatalog } from './module-catalog.ts';

/** Messages of Python, and of our `micropip`, about a missing module. */
const NO_MODULE = /^No module named '([^']{1,200})'|^No package named '([^']{1,200})'/u;

/** Message of Python about a missing time zone, and what Pyodide appends. */
const NO_ZONE = /No time zone found with key ([\w+/-]{1,100})/u;
const PYODIDES_ADVICE =
  /\.? ?(?:\\n|\n) On Pyodide you must do pyodide\.loadPackage\('tzdata'\) package before you use zoneinfo\./u;
/** The first one is what is hinted at: see packages.py. */
const ZONES = [CURATED.zones.module, ...CURATED.zones.others];

export interface ModuleAdviceOptions {
  /** The wording for the way the run was started (command line, MCP, library). */
  readonly adviceWording?: AdviceWording | undefined;
  readonly knowledge?: ModuleCatalog;
  /** Modules of files that were given with the run. */
  readonly files?: readonly string[];
  /** Whether a package, by its normalised name, is in the run's interpreter. */
  readonly isInstalled?: (packageName: string) => boolean;
}

/** Explains why a package that the code imports or uses is missing, and what would help. */
export class ModuleAdvice {
  readonly #format: AdviceFormatter;
  readonly #knowledge: ModuleCatalog;
  readonly #files: readonly string[];
  readonly #isInstalled: (packageName: string) => boolean;
  /** By module and by package. */
  readonly #known = new Map<string, PackageAdvice>();
  readonly #notices: RunNotice[] = [];

  constructor({ files = [], isInstalled, knowledge, adviceWording }: ModuleAdviceOptions = {}) {
    this.#format = adviceFormatterOf(adviceWording);
    this.#knowledge = knowledge ?? new ModuleCatalog(null);
    this.#files = files;
    this.#isInstalled = isInstalled ?? (() => false);
  }

  /** @param name of a module or of a package */
  add(name: string, advice: PackageAdvice): void {
    this.#known.set(keyOf(name), advice);
  }

  /** A package that was asked for in a line of the code could not be had. */
  addUnmet(requirement: string, refusal: PackageRefusal): void {
    this.add(requirement, refusal);
    const module = this.#knowledge.moduleOf(nameIn(requirement));
    if (module !== null && !this.#known.has(keyOf(module))) this.add(module, refusal);
    const message = this.#format({ kind: 'unmet', packageName: nameIn(requirement), refusal });
    this.#notices.push({ code: 'package-not-installed', message });
  }

  /**
   * Adds to an error about something that a package would bring why it is missing and what would help. Other outcomes
   * stay as they are.
   */
  applyTo(outcome: GuestOutcome): GuestOutcome {
    const told =
      this.#notices.length === 0 ? outcome : { ...outcome, notices: [...outcome.notices, ...this.#notices] };
    const { error } = told;
    if (error === null) return told;
    // Python names the module of a type that is not built in.
    switch (error.type.slice(error.type.lastIndexOf('.') + 1)) {
      case 'ModuleNotFoundError':
        // Python's own message says enough.
        if (absenceIn(error.message) !== null) return told;
        return withAdvice(told, error, this.#aboutModule(error.message) ?? this.#aboutLibrary(error.message));
      case 'ImportError':
      case 'FeatureNotFound':
      case 'RuntimeError':
      case 'AttributeError':
        return withAdvice(told, error, this.#aboutLibrary(error.message));
      case 'ZoneInfoNotFoundError':
        return withAdvice(told, inOwnWords(error), this.#aboutZone(error.message));
      default:
        return told;
    }
  }

  #aboutModule(message: string): string | null {
    const match = NO_MODULE.exec(message);
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) return null;
    const top = name.split('.')[0] ?? name;
    const known = this.#known.get(keyOf(name)) ?? this.#known.get(keyOf(top));
    if (known !== undefined) return this.#format(known);
    const advice = this.#knowledge.about(name, this.#files);
    // The package is installed, but has no such submodule.
    if (advice.kind === 'not-named' && this.#isInstalled(advice.packageName)) return null;
    return this.#format(advice);
  }

  /** A library says in its own words that another package would be needed. */
  #aboutLibrary(message: string): string | null {
    const advice = new Map<string, PackageAdvice>();
    for (const name of packagesNamedIn(message)) {
      const packageName = this.#knowledge.packageNamed(name);
      if (packageName === null || advice.size >= MAX_NAMED_PACKAGES || this.#isInstalled(packageName))
        continue;
      const known = this.#known.get(keyOf(name)) ?? this.#known.get(keyOf(packageName));
      advice.set(packageName, known ?? { kind: 'not-named', module: name, packageName });
    }
    if (advice.size === 0) return null;
    return [...new Set([...advice.values()].map(this.#format))].join('; ');
  }

  #aboutZone(message: string): string | null {
    if (!NO_ZONE.test(message) || ZONES.some((name) => this.#isInstalled(name))) return null;
    const refusal = this.#known.get(CURATED.zones.module);
    return this.#format(refusal ?? { kind: 'time-zones' });
  }
}

export const refusalOf = ({ code, message, packageName }: PackageError): PackageRefusal => ({
  kind: 'refused',
  code,
  message,
  packageName,
});

type GuestError = NonNullable<GuestOutcome['error']>;

const withAdvice = (outcome: GuestOutcome, error: GuestError, advice: string | null): GuestOutcome => {
  if (advice === null) return { ...outcome, error };
  const message = withoutUnusableAdvice(error.message)
    .trimEnd()
    .replace(/[.;,:]$/u, '');
  const traceback = withoutUnusableAdvice(error.traceback);
  const advised = traceback === '' ? '' : `${traceback}${traceback.endsWith('\n') ? '' : '\n'}${advice}\n`;
  return { ...outcome, error: { ...error, message: `${message}; ${advice}`, traceback: advised } };
};

/** The message without Pyodide's advice, which does not work in the sandbox. */
const inOwnWords = (error: GuestError): GuestError => ({
  ...error,
  message: error.message.replace(PYODIDES_ADVICE, ''),
  traceback: error.traceback.replace(PYODIDES_ADVICE, ''),
});

/** A requirement's name, without version. */
const nameIn = (requirement: string): string => /^[\w.-]+/u.exec(requirement.trim())?.[0] ?? requirement;

/** A requirement's or a module's name, without version or case. */
const keyOf = (name: string): string => normalizeName(nameIn(name));
