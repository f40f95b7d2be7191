import type { RunResult } from '../../src/shared/contract/run.ts';

/** A run that went well, but for `changes`. */
export const resultOf = (changes: Partial<RunResult> = {}): RunResult => ({
  status: 'ok',
  value: null,
  stdout: '',
  stderr: '',
  truncated: false,
  outputs: [],
  files: [],
  error: null,
  session: { id: 's', state: 'kept' },
  packages: [],
  notices: [],
  timing: { waitMs: 0, startMs: 0, packagesMs: 0, runMs: 12 },
  runtime: 'embedded',
  ...changes,
});
