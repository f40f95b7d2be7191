import { thisMachine } from '../provision/machine.ts';
import { obtainWheels } from '../provision/wheels.ts';
import type { Log } from '../shared/log.ts';
import { SetupError } from '../shared/setup-error.ts';

/**
 * Fetches the wheels for the tests, with the user's own settings of pip: within the tests no index may be
 * asked. Without them the tests go on, and those that need wheels fail and say so.
 */
export async function provisionWheels(log: Log): Promise<void> {
  try {
    await obtainWheels(thisMachine(log));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    log(`vivarium: there are no wheels for the tests, so those that need them will fail: ${error.message}`);
  }
}
