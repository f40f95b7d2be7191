import type { RunResult, RunStatus } from '../../../shared/contract/sandbox.ts';

/**
 * The result of a run that the sandbox could not answer for: it never started, or the way to it broke.
 * With it `--json` keeps its promise of exactly one result for each run.
 */
export function resultWithoutAnswer(
  status: Extract<RunStatus, 'cancelled' | 'crashed' | 'setup-failed'>,
  message: string,
  session: string | undefined,
  runtime: RunResult['runtime'] = 'embedded',
): RunResult {
  return {
    status,
    value: null,
    stdout: '',
    stderr: '',
    truncated: false,
    outputs: [],
    files: [],
    error: { type: status, message, traceback: '', line: null },
    session: { id: session ?? '', state: 'lost' },
    packages: [],
    notices: [],
    timing: { waitMs: 0, startMs: 0, packagesMs: 0, runMs: 0 },
    runtime,
  };
}
