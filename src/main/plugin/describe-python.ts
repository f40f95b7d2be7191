import { ABSENT, type AbsentFeature } from '../../shared/absent.ts';
import { isPlainName } from './named-packages.ts';

/** What a model is told about the Python it may use. Only what is true here and now is said. */

export interface EmbeddedFacts {
  readonly runtime: 'embedded';
  /** Such as `3.14.0`; null while it is not known. */
  readonly pythonVersion: string | null;
  /** Packages that are on this computer and may be named: see named-packages.ts. */
  readonly packages: readonly string[];
  /** Whether further ones are fetched when imported. */
  readonly autoInstall: boolean;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly outputKiB: number;
}

export interface NativeFacts {
  readonly runtime: 'native';
  readonly pythonVersion: string | null;
  readonly timeoutSeconds: number;
  readonly outputKiB: number;
}

export type PythonFacts = EmbeddedFacts | NativeFacts;

const COMMON =
  'The answer is the value of the last expression; give the result as such an expression, or print it.';

/** A list a model reads, not a person: all of it, but not without end. */
const MAX_NAMED = 100;

const named = (names: readonly string[]): string => {
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
};

/** The version is what an interpreter says of itself. */
const python = (version: string | null): string =>
  version !== null && /^[0-9][0-9A-Za-z.+]{0,30}$/u.test(version) ? `Python ${version}` : 'Python';

const limits = ({ timeoutSeconds, outputKiB }: PythonFacts): string =>
  `A run may take ${timeoutSeconds} s and print ${outputKiB} KiB; longer ones are stopped, further output is cut.`;

/** In English, since it is for the model. */
export const describePython = (facts: PythonFacts): string => {
  switch (facts.runtime) {
    case 'embedded':
      return [
        `Runs ${python(facts.pythonVersion)} code in a sandbox (WebAssembly).`,
        COMMON,
        'Each run begins with fresh variables; its files are gone afterwards.',
        `Besides the standard library there ${packagesAtHand(facts)}.`,
        // Python itself has integers of any size: this is what a model would not expect.
        'Integers of NumPy have 32 bits unless dtype=np.int64 is given.',
        limits(facts),
        `It has ${facts.memoryMiB} MiB of memory.`,
        `Denied: the user's files, other programs, threads and subprocesses, and the network.`,
        `Also absent: ${absent()}.`,
      ].join(' ');
    case 'native':
      return [
        `Runs code in the user's own ${python(facts.pythonVersion)}, which is not sandboxed: ` +
          "it can read and change the user's files and use the network. Do nothing the user did not ask for.",
        COMMON,
        'Each run is a fresh process in an empty temporary folder, which is removed afterwards.',
        'Besides the standard library there is what the user has installed; nothing is installed for a run.',
        limits(facts),
        'There is no input: input() fails at once.',
      ].join(' ');
  }
};

/** As the errors have it, see absent.json. */
const ABSENT_FEATURES = ['screen', 'terminal', 'browser', 'javascript', 'ffmpeg', 'pip'] as const;

const absent = (): string => {
  const modules = Object.entries(ABSENT.modules);
  const namesOf = (feature: AbsentFeature): string[] =>
    modules.flatMap(([name, its]) => (its === feature && !name.startsWith('_') ? [name] : []));
  const features = ABSENT_FEATURES.flatMap((feature) => [feature, ...namesOf(feature)]);
  return `${[...new Set(features)].join(', ')}; packages without a build for it: ${Object.keys(ABSENT.noBuild).join(', ')}`;
};

const packagesAtHand = ({ autoInstall, ...facts }: EmbeddedFacts): string => {
  const packages = facts.packages.filter(isPlainName);
  const more = autoInstall
    ? 'other well-known ones are fetched when imported, further ones when a line "# pip install NAME" names them, ' +
      'if they exist for WebAssembly'
    : 'no others';
  return packages.length === 0
    ? `are no packages at hand; ${more}`
    : `${packages.length === 1 ? 'is' : 'are'} ${named(packages)}; ${more}`;
};
