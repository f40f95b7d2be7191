/** A run that tests act upon while it is under way. */
import type { RunResult } from '../../src/shared/contract/run.ts';
import type { RunningOptions, TestSandbox } from './test-sandbox.ts';

export interface StartedRun {
  readonly result: Promise<RunResult>;
  /** Resolves when the code has printed something; fails when the run ends before that. */
  readonly printed: Promise<void>;
  cancel(): void;
}

export const startRun = (on: TestSandbox, code: string, options: RunningOptions = {}): StartedRun => {
  const controller = new AbortController();
  let said = (): void => undefined;
  const heard = new Promise<void>((resolve) => {
    said = resolve;
  });
  const result = on.run(code, { signal: controller.signal, onOutput: () => said(), ...options });
  const silent = result.then((ended) => {
    throw new Error(`the run ended without a word: ${JSON.stringify(ended)}`);
  });
  const printed = Promise.race([heard, silent]);
  printed.catch(() => undefined);
  return { result, printed, cancel: () => controller.abort() };
};
