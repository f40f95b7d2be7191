import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { cacheFolder } from '../../src/main/electron-files/cache-folder.ts';
import { OFFER_FILE } from '../../src/main/packages/resolve/offered-wheels.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { wheelsFolder } from '../../scripts/provision/wheels.ts';
import { OUT_FOLDER } from './node-sandbox.ts';
import { notRunHere } from './not-run.ts';

/** Where they are, or would be. */
export const testWheelsFolder = (): string =>
  wheelsFolder({ cacheDir: cacheFolder(process.env) }, builtFiles(OUT_FOLDER).pyodideVersion);

/**
 * Folder with real wheels of Pyodide's lock, in the form of a mirror. `npm test` fetches them before the tests:
 * see scripts/test/provision-wheels.ts.
 */
export async function testWheels(context: TestContext): Promise<string> {
  const folder = testWheelsFolder();
  // Written when all of them are there.
  return existsSync(path.join(folder, OFFER_FILE)) ? folder : notRunHere(context, 'no-wheels');
}
