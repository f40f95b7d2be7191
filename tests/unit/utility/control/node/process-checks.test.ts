import { expect, it } from 'vitest';
import { processChecks } from '../../../../../src/utility/control/node/process-checks.ts';

it('the process checks find an inherited environment', () => {
  const holds = (environment: Record<string, string>): boolean | undefined =>
    processChecks(environment)[1]?.holds;
  expect(holds({ VIVARIUM_SIDECAR: '1', NODE_CHANNEL_FD: '3', SystemRoot: 'C:' })).toBe(true);
  expect(holds({ VIVARIUM_SIDECAR: '1', PATH: '/bin' })).toBe(false);
  expect(holds({ HOME: '/root' })).toBe(false);
  expect(processChecks({})[0]).toMatchObject({ name: 'process: no code from strings', holds: false });
});
