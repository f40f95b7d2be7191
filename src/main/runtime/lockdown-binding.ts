import { readFileSync } from 'node:fs';
import process from 'node:process';
import { z } from 'zod';
import type { LockdownOrder } from '../../shared/contract/isolation.ts';
import { InstalledFileError, readInstalled, readInstalledJson } from './installed-file.ts';

/** Written by the build: the native bindings it knows, by system ("linux-x64"). */
const BindingManifest = z.record(z.string(), z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/u) }));

export interface BindingLocations {
  /** The build's manifest of hashes. */
  readonly manifest: string;
  /** Null where none is installed. */
  readonly file: string | null;
}

/**
 * The file of the native binding that the sidecar locks itself down with; null where there is none for this
 * system, which the sidecar then reports.
 *
 * @throws Error when it is not the one that the build knew: it would run as native code
 */
export const checkedBinding = async (locations: BindingLocations): Promise<string | null> => {
  if (locations.file === null) return null;
  const manifest = await readInstalledJson(
    locations.manifest,
    'the list of native bindings',
    BindingManifest,
  );
  const expected = manifest[`${process.platform}-${process.arch}`];
  if (expected === undefined) return null;
  await readInstalled(locations.file, 'the native binding of the lock-down', expected);
  return locations.file;
};

/**
 * Whether the build knew a binding for such computers: npm installs that of the computer that builds only, so a build
 * that was carried to another architecture knows none.
 *
 * @param manifest file of the build's hashes
 * @param system such as "linux-x64"
 * @throws InstalledFileError
 */
export const knowsBinding = (manifest: string, system: string): boolean => {
  try {
    return Object.hasOwn(BindingManifest.parse(JSON.parse(readFileSync(manifest, 'utf8'))), system);
  } catch (cause) {
    throw new InstalledFileError('the list of native bindings can not be read; install Vivarium again', {
      cause,
    });
  }
};

/** Gives the order for a sidecar. @param dataLimitMiB cap of the process's writable memory in MiB, or null */
export type LockdownFactory = (dataLimitMiB: number | null) => Promise<LockdownOrder>;

/** The order for sidecars that are to be locked down; the binding is checked anew each time. */
export const lockdownOrder =
  (binding: BindingLocations): LockdownFactory =>
  async (dataLimitMiB) => ({ enabled: true, dataLimitMiB, binding: await checkedBinding(binding) });
