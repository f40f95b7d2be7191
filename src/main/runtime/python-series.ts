import { z } from 'zod';
import { readInstalled, readInstalledJson } from './installed-file.ts';
import { RuntimeManifest, type RuntimeLocations } from './runtime-assets.ts';

/**
 * `3.14` of `3.14.0`. The lock file of Pyodide 314.0.3 says 3.14.0 where the interpreter is 3.14.2: the last number
 * is not to be relied on.
 */
export const pythonSeries = (version: string): string => version.split('.').slice(0, 2).join('.');

/** The part of Pyodide's lock file that names Python's version. */
const LockInfo = z.object({ info: z.object({ python: z.string().max(100) }) });

/**
 * The series of the runtime's Python, by the lock file, which is checked against the hash taken at build time.
 *
 * @throws InstalledFileError
 */
export const loadPythonSeries = async ({ lock, manifest }: RuntimeLocations): Promise<string> => {
  const expected = await readInstalledJson(manifest, 'the list of runtime files', RuntimeManifest);
  const bytes = await readInstalled(lock, 'the package lock', expected.lock);
  return pythonSeries(LockInfo.parse(JSON.parse(bytes.toString('utf8'))).info.python);
};
