import { z } from 'zod';

/** What can go wrong with packages. The codes are stable: callers and tests rely on them. */
export const PackageErrorCode = z.enum([
  /** Neither the lock nor any index knows the name. */
  'unknown-package',
  /** The settings, or the rule that code may not look names up, forbid it. */
  'not-allowed',
  /** It would have to be fetched, and the settings say that code may not cause that. */
  'auto-install-off',
  /** The name is known, the wanted version is not to be had. */
  'version-unavailable',
  /** A requirement that can't be read, or of a kind that is not supported. */
  'bad-requirement',
  /** The PEP 723 block of a script can't be read. */
  'bad-script-metadata',
  /** More than one run is given. */
  'too-large',
  /** All sources were tried in vain. */
  'no-source',
  'timed-out',
  'cancelled',
  /** Bytes that are not what their hash says. */
  'hash-mismatch',
  'bad-lock',
  'bad-pack',
  'bad-wheel',
  /** Two packages have files in the same place, and the one that is there already would have to give way. */
  'files-clash',
  'bad-settings',
  'store-full',
  'store-unwritable',
  'store-unreadable',
]);
export type PackageErrorCode = z.infer<typeof PackageErrorCode>;
