import type { RunRequest, RunResult } from '../../shared/contract/run.ts';
import type { RunOptions } from './run-options.ts';

/** Runs Python code in any runtime. Each run ends in exactly one result. */
export interface Runner {
  /**
   * Never rejects for anything that the code or the system does.
   *
   * @throws InvalidRequestError when the request breaks the contract
   */
  run(request: RunRequest, options?: RunOptions): Promise<RunResult>;
  /** Ends runs under way as cancelled; later ones fail. Resolves once their processes are gone. Idempotent. */
  dispose(): Promise<void>;
}
