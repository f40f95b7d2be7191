import path from 'node:path';
import { z } from 'zod';
import { readInstalledJson } from '../../runtime/installed-file.ts';
import type { RuntimeLocations } from '../../runtime/runtime-assets.ts';
import { Sha256 } from './package-entry.ts';
import { asPackageError, PackageLock } from './lock-file.ts';

/** What is used of the build's manifest: see src/main/runtime/runtime-assets.ts. */
const Manifest = z.object({ lock: z.object({ sha256: Sha256 }) });
const PyodidePackage = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/u) });

export interface PyodideLock {
  readonly lock: PackageLock;
  readonly pyodideVersion: string;
}

/**
 * The lock of the Pyodide that the runtime was built with, checked against the hash taken then.
 *
 * @throws PackageError `bad-lock`
 */
export async function loadPyodideLock(runtime: RuntimeLocations): Promise<PyodideLock> {
  const file = runtime.lock;
  try {
    const manifest = await readInstalledJson(runtime.manifest, 'the list of runtime files', Manifest);
    const packageFile = path.join(path.dirname(file), 'package.json');
    const { version } = await readInstalledJson(packageFile, "Pyodide's package.json", PyodidePackage);
    return { lock: await PackageLock.load(file, manifest.lock.sha256), pyodideVersion: version };
  } catch (error) {
    throw asPackageError(error);
  }
}
