import type { PackageSettings } from '../../shared/packages/package-settings.ts';
import { normalizeName } from '../../shared/packages/package-settings.ts';
import { PackageError } from './package-error.ts';
import type { UnknownPackage } from './resolve/resolver.ts';

/** Who requests a package. Users may install any package, code only what the settings allow. */
export type Requester = 'user' | 'code';

/** Which packages the settings allow, and to whom. */
export class AccessRules {
  /** There is a list only when it is not empty. */
  readonly allowed: ReadonlySet<string>;
  readonly #autoInstall: boolean;

  constructor({ allow, autoInstall }: PackageSettings) {
    this.allowed = new Set(allow.map(normalizeName));
    this.#autoInstall = autoInstall;
  }

  /** @throws PackageError `not-allowed` */
  refuseForbidden(name: string, asker: Requester): void {
    if (asker === 'user' || this.allowed.size === 0 || this.allowed.has(name)) return;
    throw new PackageError(
      'not-allowed',
      `"${name}" is not among the packages that the settings allow; add it to sandbox.packages.allow`,
      { packageName: name },
    );
  }

  /** Whether files may be fetched for that asker. */
  mayFetch(asker: Requester): boolean {
    return asker === 'user' || this.#autoInstall;
  }

  /**
   * Whether a name may be sent to an index.
   *
   * @param spelledOut names that stand in what was handed in to be run
   */
  mayLookUp(
    { neededBy, requirement }: UnknownPackage,
    asker: Requester,
    spelledOut: ReadonlySet<string>,
  ): boolean {
    // Dependencies of an allowed package are allowed.
    return (
      asker === 'user' ||
      neededBy !== null ||
      this.allowed.has(requirement.name) ||
      spelledOut.has(requirement.name)
    );
  }
}

export const autoInstallOff = (name: string): PackageError =>
  new PackageError(
    'auto-install-off',
    `"${name}" is not installed, and the settings forbid installing what code asks for; install it with ` +
      `"vivarium packages install ${name}"`,
    { packageName: name },
  );
