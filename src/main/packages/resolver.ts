import { Turns } from '../foreign-text/turns.ts';
import type { PackageCatalog } from './catalog.ts';
import { markerEnvironment } from './markers.ts';
import type { PackageEntry } from './package-entry.ts';
import { PackageError } from './package-error.ts';
import { isSatisfiedBy, parseDependency, requirementText, type Requirement } from './requirement.ts';

export interface UnknownPackage {
  readonly requirement: Requirement;
  /** The package that depends on it; null when it was asked for itself. */
  readonly neededBy: string | null;
}

export interface Resolution {
  /** Everything to install, each after what it depends on (as far as they do not depend on each other). */
  readonly entries: readonly PackageEntry[];
  /** What has to be looked up first. The entries are complete only when nothing is here. */
  readonly unknown: readonly UnknownPackage[];
}

/** More than any honest set of packages has. */
const MAX_PACKAGES = 2000;
/** Packages that others need, each time that they are needed. */
const MAX_VISITS = 20_000;

/**
 * Finds all that a set of requirements needs.
 *
 * @throws PackageError `version-unavailable` when Pyodide's lock has the package in another version only
 */
export async function resolve(
  requirements: readonly Requirement[],
  catalog: PackageCatalog,
  python: string,
): Promise<Resolution> {
  const turns = new Turns();
  const environment = markerEnvironment(python);
  const entries: PackageEntry[] = [];
  const unknown = new Map<string, UnknownPackage>();
  const wanted = new Map<string, Set<string>>();
  const seen = new Set<string>();
  let visits = 0;

  const visit = async (requirement: Requirement, neededBy: string | null): Promise<void> => {
    const { name } = requirement;
    const versions = wanted.get(name) ?? new Set();
    wanted.set(name, versions);
    if (requirement.versions !== '') versions.add(requirement.versions);
    if (++visits > MAX_VISITS)
      throw new PackageError(
        'bad-requirement',
        `more than ${MAX_VISITS} dependencies are stated; ask for fewer packages`,
      );
    // Checked also when seen: two may want different versions of it.
    const entry = usable(requirement, catalog, neededBy);
    if (entry === null && !unknown.has(name)) unknown.set(name, { requirement, neededBy });
    if (seen.has(name)) return;
    seen.add(name);
    if (seen.size > MAX_PACKAGES) {
      throw new PackageError(
        'bad-requirement',
        `more than ${MAX_PACKAGES} packages are needed; ask for fewer`,
      );
    }
    if (entry === null) return;
    for (const text of entry.depends) {
      await turns.pause();
      const dependency = parseDependency(text, environment);
      if (dependency !== null) await visit(dependency, entry.name);
    }
    entries.push(entry);
  };

  for (const requirement of requirements) await visit(requirement, null);
  return {
    entries,
    // A version has to suit everyone who wants the package.
    unknown: [...unknown].map(([name, { neededBy }]) => ({
      requirement: { name, versions: [...(wanted.get(name) ?? [])].join(',') },
      neededBy,
    })),
  };
}

function usable(
  requirement: Requirement,
  catalog: PackageCatalog,
  neededBy: string | null,
): PackageEntry | null {
  const entry = catalog.get(requirement.name);
  if (entry === undefined || isSatisfiedBy(requirement, entry.version)) return entry ?? null;
  if (entry.origin === 'user') return null;
  const who = neededBy === null ? '' : `, which ${neededBy} needs,`;
  throw new PackageError(
    'version-unavailable',
    `"${requirementText(requirement)}"${who} is not to be had: ${entry.name} ${entry.version} is the version ` +
      'that is built for this Python; ask for it without a version',
    { packageName: entry.name },
  );
}
