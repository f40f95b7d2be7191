import { appendFileSync } from 'node:fs';
import type { TestContext } from 'vitest';

/**
 * Ends a test that this computer cannot run. `npm test` names it and the reason at its end: a check that was
 * left out must not look like one that passed.
 */
export function notRunHere(context: TestContext, reason: string): never {
  const list = process.env['VIVARIUM_NOT_RUN_FILE'];
  if (list !== undefined && list !== '') {
    appendFileSync(list, `${context.task.name}: ${reason.replaceAll('\n', ' ')}\n`);
  }
  return context.skip(reason);
}
