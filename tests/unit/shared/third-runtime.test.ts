/**
 * A runtime that is neither of today's, added to nothing but the table: whoever asks the table says of it what it
 * says, and nothing takes it to be sandboxed because it is not `native`.
 */
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { sandboxStatusText } from '../../../src/renderer/app/sandbox-status-text.ts';
import { SettingsStore } from '../../../src/renderer/app/settings-store.ts';
import { outcomeMessageOf } from '../../../src/renderer/console/model/outcome-message.ts';
import { limitsOf, reportText } from '../../../src/main/cli/output/report.ts';
import { DisplayPrinter } from '../../../src/main/cli/output/display-printer.ts';
import { CommandOutput } from '../../../src/main/cli/terminal/stdio.ts';
import { Config } from '../../../src/shared/config/config.ts';
import { RunResult } from '../../../src/shared/contract/run.ts';
import type { ConfigApi } from '../../../src/shared/ipc/api.ts';
import { RUNTIME_NAMES, traitsOf, type RuntimeTraits } from '../../../src/shared/runtimes.ts';
import { resultOf } from '../../support/run-results.ts';
import { cli } from '../cli/harness.ts';

vi.mock(import('../../../src/shared/runtimes.ts'), async (original) => {
  const real = await original();
  const names = [...real.RUNTIME_NAMES, 'remote'];
  const remote: RuntimeTraits = { ...real.RUNTIMES.native, keepsSessions: true, needsProgram: false };
  return {
    ...real,
    RUNTIME_NAMES: names as typeof real.RUNTIME_NAMES,
    PythonRuntime: z.enum(names) as unknown as typeof real.PythonRuntime,
    traitsOf: (name) => (name === REMOTE ? remote : real.traitsOf(name)),
  };
});

// The compiler does not know of it, as nothing in the code does.
const REMOTE = vi.hoisted(() => 'remote' as 'embedded');

const error = { type: 'Crashed', message: 'gone', traceback: '', line: null };
const crashed = resultOf({ status: 'crashed', runtime: REMOTE, error });

const told = async (result: RunResult): Promise<string> => {
  const stderr = new PassThrough();
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr, columns: 80, cwd: '/' };
  const out = new CommandOutput(
    { ...io, stdinIsTty: false, stdoutIsTty: false, stderrIsTty: false, onInterrupt: () => () => undefined },
    () => undefined,
  );
  await reportText(
    result,
    limitsOf(undefined, { memoryMiB: 512, outputKiB: 1024 }),
    undefined,
    out,
    new DisplayPrinter(out),
  );
  stderr.end();
  return (await buffer(stderr)).toString();
};

it('is a runtime for the settings and for results', () => {
  expect(RUNTIME_NAMES).toContain(REMOTE);
  expect(Config.parse({ plugins: { python: { runtime: REMOTE } } }).plugins.python.runtime).toBe(REMOTE);
  expect(RunResult.parse(crashed).runtime).toBe(REMOTE);
});

it('is not sandboxed for the command line, which offers it and refuses options that it does not have', async () => {
  const { stderr } = await cli(['run', '--runtime', REMOTE, '-c', '1']);
  expect(stderr).toMatch(/^vivarium: remote Python is not sandboxed: the script can do whatever you can\n/u);
  const refused = async (...args: string[]): Promise<string> =>
    (await cli(['run', '--runtime', ...args, '-c', '1'])).stderr;
  expect(await refused('local')).toContain('give embedded or native or remote');
  expect(await refused(REMOTE, '--memory', '512')).toContain('leave it out with --runtime remote');
  expect(await refused(REMOTE, '--out', 'made')).toContain('remote code can write them itself');
  expect(await refused(REMOTE, '--package', 'rich')).toContain(
    '--package installs into the embedded runtime only',
  );
  expect(await refused(REMOTE, '--python', 'x')).toContain('add --runtime native to run in it');
  expect(await told(crashed)).toBe('vivarium: Python crashed (gone); look at the script\n');
  expect(await told({ ...crashed, status: 'out-of-memory' })).not.toMatch(/512|--memory/u);
});

it('is not sandboxed for the window either', () => {
  const texts = { timeLimit: '', memoryLimit: '1 GiB', stopTime: null, crashReason: 'gone' };
  expect(outcomeMessageOf(crashed, texts)).toEqual({
    tone: 'danger',
    sentences: [{ key: 'console.pythonCrashed', values: { reason: 'gone' } }, { key: 'console.stateLost' }],
    activity: false,
  });
  expect(outcomeMessageOf({ ...crashed, status: 'out-of-memory' }, texts)?.sentences[0]?.key).toBe(
    'console.pythonOutOfMemory',
  );
  const store = new SettingsStore({ onChange: () => () => undefined } as Partial<ConfigApi> as ConfigApi);
  store.config.value = Config.parse({ plugins: { python: { runtime: REMOTE } } });
  expect(store.traits.value).toEqual(traitsOf(REMOTE));
  expect(store.traits.value.sandboxed).toBe(false);
  const words = sandboxStatusText((key) => key, {
    state: { name: 'ready' },
    supervised: store.traits.value.supervised,
    waiting: '',
    isRunning: false,
    lastEnd: null,
  });
  expect(words.text).toBe('status.idle');
});
