import type { RunResult } from '../../src/shared/contract/run.ts';
import type { SandboxEvent } from '../../src/shared/contract/sandbox-events.ts';
import type { Attack } from './order.ts';

export type ProcessEnd = Extract<SandboxEvent, { type: 'process-ended' }>;

/**
 * Whether a verdict tells what has happened: what the code can lead to, the time limit when it is over, and what
 * became of the process that others used too.
 *
 * @param ends of processes while it ran
 * @param before what ran in the same interpreter earlier, and has left it as it is
 */
export const isTrue = (
  { timeoutMs, verdicts }: Pick<Attack, 'timeoutMs' | 'verdicts'>,
  { status, timing }: Pick<RunResult, 'status' | 'timing'>,
  ends: readonly Pick<ProcessEnd, 'cause'>[],
  before: readonly Pick<Attack, 'leaves'>[] = [],
): boolean => {
  if (verdicts.includes(status)) return true;
  switch (status) {
    case 'timeout':
      return timing.runMs >= timeoutMs;
    case 'crashed':
      return ends.some(({ cause }) => cause !== 'out-of-memory');
    case 'out-of-memory':
      return ends.some(({ cause }) => cause === 'out-of-memory') || isLeft('full-memory', before);
    case 'setup-failed':
      return ends.length > 0;
    case 'error':
      return isLeft('changed-builtins', before);
    case 'cancelled':
    case 'ok':
      return false;
  }
};

const isLeft = (what: Attack['leaves'], before: readonly Pick<Attack, 'leaves'>[]): boolean =>
  before.some(({ leaves }) => leaves === what);
