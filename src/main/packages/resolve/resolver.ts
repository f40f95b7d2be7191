import { Yielder } from '../../foreign-text/yielder.ts';
import type { PackageCatalog } from './catalog.ts';
import { markerEnvironment } from './markers.ts';
import type { PackageEntry, UserEntry } from './package-entry.ts';
import { PackageError } from '../package-error.ts';
import {
  isSatisfiedBy,
  parseDependency,
  requirementText,
  whoNeedsIt,
  type Requirement,
} from './requirement.ts';

export interface UnknownPackage {
  readonly requirement: Requirement;
  /** The package that depends on it; null when it was asked for itself. */
  readonly neededBy: string | null;
}

export interface Resolution {
  /** Everything to install, each after what it depends on (as far as they do not depend on each other). */
  readonly entries: readonly PackageEntry[];
  /** Packages that came because another one needs them, with the first that does. */
  readonly neededBy: ReadonlyMap<string, string>;
  /** What has to be looked up first. The entries are complete only when nothing is here. */
  readonly unknown: readonly UnknownPackage[];
}

/** More than any honest set of packages has. */
const MAX_PACKAGES = 2000;
/** Packages that others need, each time that they are needed. */
const MAX_VISITS = 20_000;
/** Different versions that are asked for of one package. */
const MAX_VERSIONS = 200;
/** Times that a version may turn out not to suit another package that needs it. */
const MAX_ROUNDS = 30;

/** Yields to the event loop; throws if the work was cancelled meanwhile. */
class CancellableYielder {
  readonly #yielder = new Yielder();
  readonly #signal: AbortSignal | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** @throws the signal's reason */
  async pause(): Promise<void> {
    await this.#yielder.pause();
    this.#signal?.throwIfAborted();
  }
}

/** What is asked of a package by all who want it, in one form whatever the order. */
export const askedBy = (versions: Iterable<string>): string =>
  [...new Set([...versions].flatMap((list) => list.split(',')))]
    .filter((one) => one !== '')
    .sort()
    .join();

interface Wanted {
  readonly versions: Set<string>;
  readonly neededBy: string | null;
}

/** What one walk along the dependencies came by. */
interface Walk {
  readonly entries: PackageEntry[];
  readonly wanted: ReadonlyMap<string, Wanted>;
}

/**
 * Finds all that a set of requirements needs.
 *
 * @param preferred what was looked up for these requirements so far, or is in the interpreter already, by name
 * @throws PackageError `version-unavailable` when Pyodide's lock has the package in another version only
 */
export async function resolve(
  requirements: readonly Requirement[],
  catalog: PackageCatalog,
  python: string,
  preferred: ReadonlyMap<string, UserEntry> = new Map(),
  signal?: AbortSignal,
): Promise<Resolution> {
  const yielder = new CancellableYielder(signal);
  const environment = markerEnvironment(python);
  const chosen = new Map<string, PackageEntry | null>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { entries, wanted } = await walk(
      requirements,
      async (requirement, neededBy) => {
        const { name } = requirement;
        const entry = catalog.ofLock(name);
        if (entry !== undefined) return ofLock(entry, requirement, neededBy);
        if (!chosen.has(name))
          chosen.set(name, await choose(name, [requirement.versions], catalog, preferred, yielder));
        return chosen.get(name) ?? null;
      },
      environment,
      yielder,
    );
    let isSettled = true;
    const unknown: UnknownPackage[] = [];
    for (const [name, { neededBy, versions }] of wanted) {
      await yielder.pause();
      if (catalog.ofLock(name) !== undefined) continue;
      const entry = await choose(name, [...versions], catalog, preferred, yielder);
      if (entry?.sha256 !== chosen.get(name)?.sha256) isSettled = false;
      chosen.set(name, entry);
      // The version must satisfy all requirements of the package.
      if (entry === null) unknown.push({ requirement: { name, versions: askedBy(versions) }, neededBy });
    }
    if (isSettled || unknown.length > 0) return { entries, neededBy: needersIn(wanted), unknown };
  }
  throw noSuitableVersions(requirements);
}

const needersIn = (wanted: Walk['wanted']): ReadonlyMap<string, string> =>
  new Map(
    [...wanted].flatMap(([name, { neededBy }]) => (neededBy === null ? [] : [[name, neededBy] as const])),
  );

export const noSuitableVersions = (requirements: readonly Requirement[]): PackageError =>
  new PackageError(
    'version-unavailable',
    'no versions were found that suit all packages needed for ' +
      `${requirements.map(requirementText).join(', ').slice(0, 500)}; ask for fewer, or for other versions`,
  );

/** @param entryOf null for what is not known yet */
async function walk(
  requirements: readonly Requirement[],
  entryOf: (requirement: Requirement, neededBy: string | null) => Promise<PackageEntry | null>,
  environment: ReturnType<typeof markerEnvironment>,
  yielder: CancellableYielder,
): Promise<Walk> {
  const entries: PackageEntry[] = [];
  const wanted = new Map<string, Wanted>();
  let visits = 0;
  const visit = async (requirement: Requirement, neededBy: string | null): Promise<void> => {
    const { name } = requirement;
    if (++visits > MAX_VISITS) throw tooMuch(`more than ${MAX_VISITS} dependencies are stated`);
    const before = wanted.get(name);
    const { versions } = before ?? { versions: new Set<string>() };
    versions.add(askedBy([requirement.versions]));
    if (versions.size > MAX_VERSIONS)
      throw tooMuch(`more than ${MAX_VERSIONS} different versions of ${name} are asked for`);
    // Asked also when seen: two may want different versions of it.
    await yielder.pause();
    const entry = await entryOf(requirement, neededBy);
    if (before !== undefined) return;
    wanted.set(name, { versions, neededBy });
    if (wanted.size > MAX_PACKAGES) throw tooMuch(`more than ${MAX_PACKAGES} packages are needed`);
    if (entry === null) return;
    for (const text of entry.depends) {
      await yielder.pause();
      const dependency = parseDependency(text, environment);
      if (dependency !== null) await visit(dependency, entry.name);
    }
    entries.push(entry);
  };
  for (const requirement of requirements) await visit(requirement, null);
  return { entries, wanted };
}

const tooMuch = (what: string): PackageError =>
  new PackageError('bad-requirement', `${what}; ask for fewer packages`);

/** A package beyond the lock that suits all who want it; null when none is known that was found for what they ask. */
async function choose(
  name: string,
  versions: readonly string[],
  catalog: PackageCatalog,
  preferred: ReadonlyMap<string, UserEntry>,
  yielder: CancellableYielder,
): Promise<UserEntry | null> {
  const asked = new Set([askedBy(versions), ...versions.map((one) => askedBy([one]))]);
  const now = preferred.get(name);
  const candidates = [...(now === undefined ? [] : [now]), ...catalog.answersTo(name, [...asked])];
  for (const candidate of candidates) {
    if (await suitsAll(candidate, versions, yielder)) return candidate;
  }
  return null;
}

const suitsAll = async (
  { name, version }: UserEntry,
  asked: readonly string[],
  yielder: CancellableYielder,
): Promise<boolean> => {
  for (const versions of asked) {
    await yielder.pause();
    if (!isSatisfiedBy({ name, versions }, version)) return false;
  }
  return true;
};

function ofLock(entry: PackageEntry, requirement: Requirement, neededBy: string | null): PackageEntry {
  if (isSatisfiedBy(requirement, entry.version)) return entry;
  throw new PackageError(
    'version-unavailable',
    `"${requirementText(requirement)}"${whoNeedsIt(neededBy)} is not to be had: ${entry.name} ${entry.version} is the version ` +
      'that is built for this Python; ask for it without a version',
    { packageName: entry.name },
  );
}
