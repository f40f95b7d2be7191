import { expect, it } from 'vitest';
import { SIDECAR_ENVIRONMENT, sidecarEnvironment } from '../../../src/main/sandbox/process/launcher.ts';

it.each(['America/New_York', 'UTC', 'Etc/GMT+5'])('has the time zone that the user has set: %s', (zone) => {
  expect(sidecarEnvironment(zone)).toEqual({ ...SIDECAR_ENVIRONMENT, TZ: zone });
});

it.each(['', ':/etc/localtime', '/etc/passwd', 'Nowhere/City', 'x'.repeat(1000), '../../etc/passwd'])(
  'has nothing that is no name of a zone: %j',
  (zone) => {
    expect(sidecarEnvironment(zone)).toEqual(SIDECAR_ENVIRONMENT);
  },
);

it('has nothing else', () => {
  expect(Object.keys(sidecarEnvironment()).filter((name) => name !== 'TZ')).toEqual(
    Object.keys(SIDECAR_ENVIRONMENT),
  );
});
