import type { TestContext } from 'vitest';
import { thisMachine } from '../../scripts/provision/machine.ts';
import { obtainWheels } from '../../scripts/provision/wheels.ts';
import { SetupError } from '../../scripts/shared/setup-error.ts';
import { notRunHere } from './not-run.ts';

/**
 * Folder with real wheels of Pyodide's lock, in the form of a mirror. Fetched once for each computer: see
 * scripts/provision/wheels.ts.
 */
export async function testWheels(context: TestContext): Promise<string> {
  try {
    return await obtainWheels(thisMachine(() => undefined));
  } catch (error) {
    if (error instanceof SetupError) notRunHere(context, `no real wheels can be had: ${error.message}`);
    throw error;
  }
}
