import { expect, test } from 'vitest';
import { installOfficial } from '../../../scripts/provision/official.ts';
import { smallElectron, type SmallElectronOptions } from './support/small-electron.ts';

const untilStopped: NonNullable<SmallElectronOptions['install']> = (_folder, options) =>
  new Promise((_resolve, reject) => {
    options.signal?.addEventListener('abort', () => {
      reject(new Error('The operation was aborted'));
    });
  });

test('an installer without progress is stopped', async () => {
  const { machine } = smallElectron({ install: untilStopped });
  const result = await installOfficial(machine, { stalledMs: 20, lookEveryMs: 2 });
  expect(result).toEqual({ failure: expect.stringContaining('nothing arrived') as string });
});

test('the installer works in a temporary folder that is watched', async () => {
  const seen: (string | undefined)[] = [];
  const { machine } = smallElectron({
    install: (_folder, { env }) => {
      seen.push(env?.['TMPDIR']);
      return { code: 1, stdout: '', stderr: 'nothing useful' };
    },
  });
  const result = await installOfficial(machine);
  expect(seen[0]).toContain(machine.cacheDir);
  expect(result).toEqual({ failure: 'its installer ended with code 1' });
});
