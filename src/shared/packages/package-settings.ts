import { z } from 'zod';
import { DEFAULTS, LIMITS } from '../limits.ts';
import { flag, list, text, wholeBetween } from '../setting-fields.ts';

const ABSOLUTE_PATH = /^(?:\/|[A-Za-z]:[\\/]|\\\\[^\\])/u;

const WEB_ADDRESS = /^https?:\/\/(?<authority>[^\s/?#\\]+)(?:[/?][^\s#]*)?$/iu;

const NO_PASSWORD = 'must not contain a user name or password';

const mirrorProblem = (mirror: string): string | null => {
  if (mirror === '' || ABSOLUTE_PATH.test(mirror)) return null;
  const authority = WEB_ADDRESS.exec(mirror)?.groups?.['authority'];
  if (authority === undefined) {
    return 'must be the full path of a folder, or an address with https:// or http:// and no part after "#"';
  }
  // The settings file is not a safe place for a password.
  return authority.includes('@') ? NO_PASSWORD : null;
};

const indexProblem = (index: string): string | null => {
  if (index === '') return null;
  const authority = WEB_ADDRESS.exec(index)?.groups?.['authority'];
  if (authority === undefined) {
    return 'must be an address with https:// or http:// and no part after "#"';
  }
  return authority.includes('@') ? `${NO_PASSWORD}; pip's own configuration may` : null;
};

/** Where packages come from: '' for the official place, the full path of a folder, or a web address. */
const PackageMirror = text(LIMITS.pathLength).superRefine((mirror, context) => {
  const problem = mirrorProblem(mirror);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** Where packages come from that the lock does not know: '' for where pip or micropip would ask, or a web address. */
const PackageIndexAddress = text(LIMITS.pathLength).superRefine((index, context) => {
  const problem = indexProblem(index);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** A Python package as people write its name: letters, digits, and ".", "_", "-" between them. */
export const PackageName = text(128).regex(
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/u,
  'must be a package name, such as numpy',
);

const CacheMiB = wholeBetween(LIMITS.packageCacheMiB, 'MiB');

/** `sandbox.packages` of the settings file. */
export const StoredPackageSettings = z.object({
  /** Whether what code asks for may be fetched. Without it only packages that are already there are used. */
  autoInstall: flag.default(true),
  mirror: PackageMirror.default(''),
  index: PackageIndexAddress.default(''),
  /** Room for all packages that code brings, in MiB; what the user installs does not count. */
  cacheMiB: CacheMiB.default(DEFAULTS.packageCacheMiB),
  /**
   * Names of the packages that code may use, with all that they depend on. Empty: any in the lock, and what
   * the user has installed.
   */
  allow: list(PackageName).default([]),
});

const Place = text(LIMITS.pathLength);

/** What the packages are opened with: the settings, but where the command line named other places, those. */
export const PackageSettings = z.strictObject({
  ...StoredPackageSettings.shape,
  /** May have a user name and password, unlike what is stored. */
  mirror: Place.default(''),
  index: Place.exactOptional(),
  cacheMiB: CacheMiB.exactOptional(),
});
export type PackageSettings = z.infer<typeof PackageSettings>;

/** The form in which names are compared (PEP 503): `Ruamel_YAML` and `ruamel.yaml` are `ruamel-yaml`. */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/[-_.]+/gu, '-');
