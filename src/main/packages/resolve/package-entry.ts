import { z } from 'zod';
import { PackageHash, PackageKind } from '../../../shared/protocol/package-parts.ts';
import { normalizeName, PackageName } from '../../../shared/packages/package-settings.ts';
import { isVersion } from './versions.ts';

export const NormalizedName = PackageName.transform(normalizeName);

export const Sha256 = PackageHash;

/** A plain file name: it becomes part of paths and addresses. */
export const PackageFileName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._+!-]*\.(?:whl|zip|tar)$/u, 'is not the file name of a package');

export const PackageVersion = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9.+!_-]*$/u, 'is not a version')
  .refine(isVersion, 'is not a version');

export const ImportName = z.string().max(256);

export { PackageKind };

/** One file that can be installed, and what it needs. */
export const PackageEntry = z.strictObject({
  name: NormalizedName,
  version: PackageVersion,
  fileName: PackageFileName,
  sha256: Sha256,
  kind: PackageKind,
  /** Requirements without markers: those that do not apply are left out. */
  depends: z.array(z.string().max(512)).max(500),
  imports: z.array(ImportName).max(2000),
  /** Who vouches for the hash: Pyodide's lock, or the user's own. */
  origin: z.enum(['lock', 'user']),
  /** Where an index said that the file is. */
  url: z.string().max(2048).optional(),
});
export type PackageEntry = z.infer<typeof PackageEntry>;

/** A package beyond Pyodide's lock, as it was found for what was asked. */
export const UserEntry = PackageEntry.extend({
  fileName: PackageFileName.refine((name) => name.endsWith('.whl'), 'is not a wheel'),
  kind: z.literal('wheel'),
  origin: z.literal('user'),
  /** The versions that were asked for, as `Requirement.versions`: the entry is the answer to that and to nothing else. */
  asked: z.string().max(8192),
  /** Whether someone named the package itself; otherwise it came because another one needs it. */
  named: z.boolean(),
});
export type UserEntry = z.infer<typeof UserEntry>;

/** A file that a source offers beyond the lock. Its dependencies are read from the wheel itself. */
export const OfferedWheel = z.strictObject({
  name: NormalizedName,
  version: PackageVersion,
  fileName: PackageFileName.refine((name) => name.endsWith('.whl'), 'is not a wheel'),
  sha256: Sha256,
  url: z.string().max(2048).optional(),
});
export type OfferedWheel = z.infer<typeof OfferedWheel>;
