import { describe, expect, it } from 'vitest';
import { utilityExit, type GoneDetails } from '../../../../src/main/sandbox/process/utility-exit.ts';

const gone = (reason: string, exitCode: number): GoneDetails => ({ reason, exitCode });

describe('how a utility process ended', () => {
  it.each<[string, number, GoneDetails | null, number | null, string | null, boolean]>([
    ['by itself', 0, gone('clean-exit', 0), 0, null, false],
    ['by itself, and Electron says no more', 3, null, 3, null, false],
    ['with an exit code', 7, gone('abnormal-exit', 7), 7, null, false],
    ['by a signal', 9, gone('killed', 9), null, 'SIGKILL', false],
    [
      'by a signal that Electron itself sent, which it tells as 0',
      0,
      gone('killed', 9),
      null,
      'SIGKILL',
      false,
    ],
    ['by Electron’s kill, asked to end', 0, gone('killed', 15), null, 'SIGTERM', false],
    ['by a crash', 11, gone('crashed', 11), null, 'SIGSEGV', false],
    ['by a number that is no signal', 4000, gone('crashed', 4000), 4000, null, false],
    ['for want of memory', 133, gone('oom', 133), 133, null, true],
    ['taken by the system to have memory for others', 0, gone('memory-eviction', 0), 0, null, true],
    ['for a reason of a later Electron', 1, gone('something-new', 1), 1, null, false],
  ])('%s', (_what, code, details, exitCode, signal, outOfMemory) => {
    expect(utilityExit(code, details, 'linux')).toEqual({ code: exitCode, signal, outOfMemory });
  });

  it('has no signals on Windows, where codes are large numbers', () => {
    expect(utilityExit(1, gone('killed', 1), 'win32')).toEqual({ code: 1, signal: null, outOfMemory: false });
    const accessViolation = 0xc0000005;
    expect(utilityExit(accessViolation, gone('crashed', accessViolation), 'win32').code).toBe(
      accessViolation,
    );
  });
});
