import type { ProcessEnd } from '../../run/verdict.ts';
import type { ProcessExit } from '../sidecar/sidecar-process.ts';

export const describeExit = (exit: ProcessExit | null): string => {
  if (exit === null) return 'it was lost';
  if (exit.signal !== null) return `signal ${exit.signal}`;
  return exit.code === null ? 'no exit code' : `exit code ${exit.code}`;
};

/** Whether the exit counts as a crash: neither wanted, nor caused by the guest's use of memory. */
export const isCrash = ({ cause }: ProcessEnd): boolean => {
  switch (cause) {
    case 'exited':
    case 'unresponsive':
    case 'misbehaved':
    case 'start-failed':
    case 'stop-failed':
      return true;
    case 'out-of-memory':
    case 'broken':
    case 'idle':
    case 'stopped':
      return false;
  }
};
