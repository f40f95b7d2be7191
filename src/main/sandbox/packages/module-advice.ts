import { normalizeName } from '../../../shared/packages/package-settings.ts';
import type { GuestOutcome } from '../../../shared/contract/sandbox.ts';
import { STANDARD_MODULES } from '../../../shared/standard-library.ts';
import { topOf } from '../../packages/resolve/module-owners.ts';

/** What Python, and our `micropip`, say of a module that is not there. */
const NO_MODULE = /^No module named '([^']{1,200})'|^No package named '([^']{1,200})'/u;

/** What Python says of a time zone that is not there, and what Pyodide adds. */
const NO_ZONE = /No time zone found with key ([\w+/-]{1,100})/u;
const PYODIDES_ADVICE =
  /\.? ?(?:\\n|\n) On Pyodide you must do pyodide\.loadPackage\('tzdata'\) package before you use zoneinfo\./u;

/** The packages that bring time zones; the first one is what is hinted at: see packages.py. */
const ZONES = ['pytz', 'tzdata'] as const;

/** Why packages are not there that code imports or uses, by module and by package. */
export class ModuleAdvice {
  readonly #reasons = new Map<string, string>();
  readonly #isInstalled: (packageName: string) => boolean;

  /** @param isInstalled whether a package, by its normalised name, is in the run's interpreter */
  constructor(isInstalled: (packageName: string) => boolean = () => false) {
    this.#isInstalled = isInstalled;
  }

  /** @param reason what to do is in it */
  add(name: string, reason: string): void {
    this.#reasons.set(keyOf(name), reason);
  }

  /**
   * Adds to an error about something that a package would bring why it is missing and what would help. Other outcomes
   * stay as they are.
   */
  applyTo(outcome: GuestOutcome): GuestOutcome {
    const { error } = outcome;
    if (error === null) return outcome;
    // Python names the module of a type that is not built in.
    switch (error.type.slice(error.type.lastIndexOf('.') + 1)) {
      case 'ModuleNotFoundError':
        return withAdvice(outcome, error, this.#aboutModule(error.message));
      case 'ZoneInfoNotFoundError':
        return withAdvice(outcome, inOwnWords(error), this.#aboutZone(error.message));
      default:
        return outcome;
    }
  }

  #aboutModule(message: string): string | null {
    const match = NO_MODULE.exec(message);
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) return null;
    return this.#reasons.get(keyOf(name)) ?? this.#reasons.get(keyOf(name.split('.')[0] ?? name)) ?? null;
  }

  #aboutZone(message: string): string | null {
    if (!NO_ZONE.test(message) || ZONES.some((name) => this.#isInstalled(name))) return null;
    const reason = this.#reasons.get(ZONES[0]);
    const help = 'time zones come with a package: name tzdata for the run (packages, or --package tzdata)';
    return reason === undefined ? help : `time zones come with a package: ${reason}`;
  }
}

/** What to do about a module that no package brings which may come without being named. */
export const adviceAbout = (module: string): string =>
  STANDARD_MODULES.has(topOf(module))
    ? `"${topOf(module)}" belongs to Python's standard library, and the Python that runs here is built without it`
    : `no known package provides "${module}"; if it is a file of yours, give it with the run (--file, or add it to ` +
      'the run); if you know which package provides it, name it for the run (packages, or --package NAME), or install ' +
      'it once with "vivarium packages install NAME"';

type GuestError = NonNullable<GuestOutcome['error']>;

const withAdvice = (outcome: GuestOutcome, error: GuestError, advice: string | null): GuestOutcome => {
  if (advice === null) return { ...outcome, error };
  const traceback =
    error.traceback === ''
      ? ''
      : `${error.traceback}${error.traceback.endsWith('\n') ? '' : '\n'}${advice}\n`;
  return { ...outcome, error: { ...error, message: `${error.message}; ${advice}`, traceback } };
};

/** Without what Pyodide advises, which does not work here. */
const inOwnWords = (error: GuestError): GuestError => ({
  ...error,
  message: error.message.replace(PYODIDES_ADVICE, ''),
  traceback: error.traceback.replace(PYODIDES_ADVICE, ''),
});

/** A requirement's or a module's name, without version or case. */
const keyOf = (name: string): string => normalizeName(/^[\w.-]+/u.exec(name.trim())?.[0] ?? name);
