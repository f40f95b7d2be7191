import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { RuntimeLocations } from '../sandbox/runtime-assets.ts';
import { Sha256 } from './package-entry.ts';
import { PackageError } from './package-error.ts';
import { PackageLock } from './lock-file.ts';

/** What is used of the build's manifest: see src/main/sandbox/runtime-assets.ts. */
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
  const file = runtime.assets.lock;
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(runtime.manifest, 'utf8')));
    const packageFile = path.join(path.dirname(file), 'package.json');
    const { version } = PyodidePackage.parse(JSON.parse(await readFile(packageFile, 'utf8')));
    return { lock: await PackageLock.load(file, manifest.lock.sha256), pyodideVersion: version };
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError('bad-lock', 'the package lock was not found; install Vivarium again', {
      cause: error,
    });
  }
}
