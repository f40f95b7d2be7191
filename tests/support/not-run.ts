import type { TestContext } from 'vitest';
import { notRunReason, type NotRunCode } from '../../scripts/test/not-run-reasons.ts';
import type {} from '../../scripts/test/outcome-reporter.ts';

/**
 * Ends a test that this computer cannot run. `npm test` names it and the reason at its end: a check that was
 * left out must not look like one that passed. A test that this computer could run, but for something that is
 * not installed, fails.
 */
export function notRunHere(context: TestContext, code: NotRunCode, detail = ''): never {
  const { isAllowed, text } = notRunReason(code);
  context.task.meta.notRun = { code, detail };
  if (isAllowed) return context.skip(detail === '' ? text : detail);
  throw new Error(detail === '' ? text : `${text} (${detail})`);
}

/** Ends a test that is not for this operating system. */
export function needSystem(context: TestContext, holds: boolean, detail: string): void {
  if (!holds) notRunHere(context, 'other-system', detail);
}

export const isPosix = process.platform !== 'win32';

/** Ends a test that is not for Windows. */
export const needPosix = (context: TestContext): void => {
  needSystem(context, isPosix, 'not for Windows');
};
