import type { RunResult } from '../../src/shared/contract/sandbox.ts';
import type { SandboxEvent } from '../../src/shared/contract/sandbox-events.ts';
import type { Attack } from './order.ts';

export type ProcessEnd = Extract<SandboxEvent, { type: 'process-ended' }>;

/**
 * Whether a verdict tells what has happened: what the code can lead to, the time limit when it is over, and what
 * became of the process that others used too.
 *
 * @param ends of processes while it ran
 */
export const isTrue = (
  { timeoutMs, verdicts }: Pick<Attack, 'timeoutMs' | 'verdicts'>,
  { status, timing }: Pick<RunResult, 'status' | 'timing'>,
  ends: readonly Pick<ProcessEnd, 'cause'>[],
): boolean => {
  if (verdicts.includes(status)) return true;
  switch (status) {
    case 'timeout':
      return timing.runMs >= timeoutMs;
    case 'crashed':
      return ends.some(({ cause }) => cause !== 'out-of-memory');
    case 'out-of-memory':
      return ends.some(({ cause }) => cause === 'out-of-memory');
    case 'setup-failed':
      return ends.length > 0;
    case 'cancelled':
    case 'error':
    case 'ok':
      return false;
  }
};
