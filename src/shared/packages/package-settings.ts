import { z } from 'zod';
import { LIMITS } from '../limits.ts';

/** A Python package as people write its name: letters, digits and single separators inside. */
export const PackageName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/u, 'is not a package name');

/** `sandbox.packages` of the configuration. */
export const PackageSettings = z.strictObject({
  /** Whether what code asks for may be fetched. Without it only packages that are already there are used. */
  autoInstall: z.boolean().default(true),
  /** Folder or http(s) address that holds the files of the lock; empty for none. */
  mirror: z.string().max(4096).default(''),
  /** Address of a package index for what the lock does not know; empty or left out: the one that pip or micropip asks. */
  index: z.string().max(4096).exactOptional(),
  /** Room for all that code brings, in MiB; left out: the default. What the user installs does not count. */
  cacheMiB: z.int().min(LIMITS.packageCacheMiB.min).max(LIMITS.packageCacheMiB.max).exactOptional(),
  /**
   * Names of the packages that code may use, with all that they depend on. Empty: any in the lock, and what
   * the user has installed.
   */
  allow: z.array(PackageName).max(1000).default([]),
});
export type PackageSettings = z.infer<typeof PackageSettings>;

/** The form in which names are compared (PEP 503): `Ruamel_YAML` and `ruamel.yaml` are `ruamel-yaml`. */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/[-_.]+/gu, '-');
