import { absenceOf, sentenceOf } from '../../../shared/absent.ts';
import { CURATED, CURATED_MODULES } from '../../../shared/curated-packages.ts';
import { normalizeName } from '../../../shared/packages/package-settings.ts';
import { STANDARD_MODULES } from '../../../shared/standard-library.ts';
import { topOf, type ModuleOwners } from '../../packages/resolve/module-owners.ts';
import type { PackageAdvice } from '../../run/package-advice.ts';
import { nearMiss } from './near-miss.ts';

/** Looks up modules and packages in Pyodide's lock, the curated data and the list of Python's standard library. */
export class ModuleCatalog {
  readonly #owners: ModuleOwners | null;

  /** @param owners modules of the lock; null while the lock has not been opened */
  constructor(owners: ModuleOwners | null) {
    this.#owners = owners;
  }

  /**
   * What to do about a module that is not there.
   *
   * @param files modules of files that were given with the run
   */
  about(module: string, files: Iterable<string> = []): PackageAdvice {
    const top = topOf(module);
    const owner = this.#packageOf(top) ?? this.#packageOf(module);
    if (owner !== null) return { kind: 'not-named', module, packageName: owner };
    const absence = absenceOf(top);
    if (absence !== null) return { kind: 'absent', absence };
    if (STANDARD_MODULES.has(top)) return { kind: 'not-built', module: top };
    const imports = this.moduleOf(top);
    if (imports !== null && imports !== top) return { kind: 'other-module', module: top, imports };
    return { kind: 'no-package', module, near: nearMiss(top, [...files, ...this.#names()]) };
  }

  /**
   * What to say of a name that was asked for as a package and is none, as scripts and models take modules for packages;
   * null where nothing better than the error itself is known.
   */
  aboutNoPackage(name: string): string | null {
    const advice = this.about(name);
    switch (advice.kind) {
      case 'not-named':
        // That package is what nobody has.
        return normalizeName(advice.packageName) === normalizeName(name)
          ? null
          : `"${name}" is the name of a module; the package that has it is called "${advice.packageName}"`;
      case 'absent':
        return sentenceOf(advice.absence);
      case 'not-built':
        return `"${name}" belongs to Python's standard library, and is no package; import it without naming it`;
      default:
        return null;
    }
  }

  /** The package that is meant by its own name, or by that of a module of it; null when there is none. */
  packageNamed(name: string): string | null {
    const normalized = normalizeName(name);
    if (this.#owners?.isInLock(normalized) === true || Object.hasOwn(CURATED.packages, normalized))
      return normalized;
    return this.#packageOf(name);
  }

  /** A module of a package, by the package's name; null for one that is not known. */
  moduleOf(packageName: string): string | null {
    const normalized = normalizeName(packageName);
    const curated = Object.hasOwn(CURATED.packages, normalized) ? CURATED.packages[normalized] : undefined;
    return curated?.[0] ?? this.#owners?.moduleInLock(normalized) ?? null;
  }

  #packageOf(module: string): string | null {
    if (this.#owners === null) return CURATED_MODULES.get(topOf(module)) ?? null;
    const owner = this.#owners.ownerOf(module);
    return owner.kind === 'lock' || owner.kind === 'curated' ? owner.name : null;
  }

  *#names(): Iterable<string> {
    yield* CURATED.baseSet;
    yield* this.#owners?.topsInLock() ?? [];
    yield* CURATED_MODULES.keys();
    for (const module of STANDARD_MODULES) if (!module.startsWith('_')) yield module;
  }
}
