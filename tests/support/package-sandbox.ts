/** A sandbox that has the test wheels to install from. */
import { afterAll, type TestContext } from 'vitest';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { openSandbox } from './either-sandbox.ts';
import type { RunningOptions, TestSandbox } from './test-sandbox.ts';
import { testWheels } from './test-wheels.ts';

/** Far more than a run takes on a slow machine, in ms. */
export const LONG_MS = 300_000;

export type RunWithPackages = (
  context: TestContext,
  code: string,
  options?: RunningOptions,
) => Promise<RunResult>;

/** One for the file's tests; a test that needs it is not run where the wheels can't be had. */
export const usePackageSandbox = (): RunWithPackages => {
  let sandbox: TestSandbox | undefined;
  afterAll(async () => {
    await sandbox?.dispose();
  });
  return async (context, code, options = {}) => {
    const mirror = await testWheels(context);
    sandbox ??= await openSandbox({
      packages: { settings: { autoInstall: true, mirror, allow: [] }, official: false },
    });
    return sandbox.run(code, { timeoutMs: LONG_MS, ...options });
  };
};
