/** What the settings in a page may ask of an app that has put them there: those of Python, and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { Tasks } from '../../../../src/main/app/tasks.ts';
import { FORBIDDEN, type Caller } from '../../../../src/main/ipc/route.ts';
import { VivariumError } from '../../../../src/main/library/errors.ts';
import { openPythonSettings } from '../../../../src/main/library/python-settings.ts';
import {
  settingsRoutes,
  type SettingsRoutesDeps,
} from '../../../../src/main/library/pages/settings-routes.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';

const CALLER: Caller = { closed: new AbortController().signal, send: () => undefined };

const stage = (deps: Partial<SettingsRoutesDeps>) => {
  const onFault = vi.fn<SettingsRoutesDeps['onFault']>();
  const routes = settingsRoutes({
    settings: undefined,
    packages: { size: () => Promise.resolve(7), verify: () => Promise.resolve([]) },
    tasks: new Tasks(),
    findInterpreters: () => Promise.resolve([]),
    pickFile: () => Promise.resolve(null),
    onFault,
    ...deps,
  });
  const ask = (channel: string, given: readonly unknown[] = [], caller: Caller | null = CALLER) =>
    routes.find((route) => route.channel === channel)?.answer(caller, given);
  return { ask, onFault };
};

const opened = async (text?: string) => {
  const file = path.join(temporaryFolder(), 'python.json');
  if (text !== undefined) writeFileSync(file, text);
  return { file, settings: await openPythonSettings({ file }) };
};

describe('settings in a file', () => {
  it('are changed by the page, told to the app, and kept', async () => {
    const { file, settings } = await opened();
    const heard = vi.fn();
    settings.onChange(heard);
    const { ask } = stage({ settings });
    expect(await ask('vivarium-config-set', ['plugins.python.runtime', 'native'])).toMatchObject({
      ok: true,
      value: { saved: true, config: { plugins: { python: { runtime: 'native' } } } },
    });
    expect(settings.get()).toEqual({ enabled: false, runtime: 'native' });
    expect(heard).toHaveBeenCalledExactlyOnceWith({ enabled: false, runtime: 'native' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      plugins: { python: { runtime: 'native' } },
    });
    expect((await openPythonSettings({ file })).get().runtime).toBe('native');
  });

  it.each([
    ['sandbox.memoryMiB', 4096],
    ['general.language', 'de'],
    ['plugins.python', { runtime: 'native' }],
    ['plugins.python.nothing', 1],
    ['plugins.python.runtime', 'remote'],
    ['plugins.python.runtime.x', 'native'],
    ['plugins.python.__proto__', {}],
    ['__proto__.polluted', true],
    ['plugins.python.binpath', 'x'.repeat(100_000)],
    ['plugins.python.enabled', 'yes'],
    ['', null],
  ])('refuse %s', async (name, value) => {
    const { settings } = await opened();
    const before = settings.get();
    const { ask, onFault } = stage({ settings });
    expect(await ask('vivarium-config-set', [name, value])).toMatchObject({
      ok: false,
      error: { code: 'invalid-setting' },
    });
    expect(settings.get()).toEqual(before);
    expect(onFault).not.toHaveBeenCalled();
  });

  it('that are damaged are kept beside, and said to be', async () => {
    const { settings } = await opened('{"plugins": ');
    const { ask } = stage({ settings });
    expect(await ask('vivarium-config-get')).toMatchObject({ value: { notices: [{ code: 'damaged' }] } });
  });

  it('need the full path of their file', async () => {
    await expect(openPythonSettings({ file: 'python.json' })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});

it('a page that is not the app’s own is refused everywhere', async () => {
  const { settings } = await opened();
  const { ask } = stage({ settings });
  for (const channel of ['vivarium-config-get', 'vivarium-config-set', 'vivarium-native-check']) {
    expect(await ask(channel, ['plugins.python.runtime', 'native'], null)).toEqual({
      ok: false,
      error: FORBIDDEN,
    });
  }
});

it('an app that keeps no settings says what to give, and starts nothing for a page', async () => {
  const started = vi.fn();
  const { ask } = stage({
    findInterpreters: () => Promise.resolve(started() ?? []),
    pickFile: () => Promise.resolve(started() ?? null),
    packages: { size: () => Promise.resolve(7), verify: () => Promise.resolve(started() ?? []) },
  });
  // It would run, and end with what `checkInterpreter` says of a program that is no Python.
  for (const [channel, ...given] of [
    ['vivarium-config-get'],
    ['vivarium-native-check', process.execPath],
    ['vivarium-file-find', 'python3'],
    ['vivarium-file-pick', {}],
    ['vivarium-packages-verify', { taskId: 'one' }],
  ] as const) {
    expect([channel, await ask(channel, given)]).toMatchObject([
      channel,
      {
        ok: false,
        error: { code: 'failed', message: expect.stringContaining('the option "settings"') as string },
      },
    ]);
  }
  expect(started).not.toHaveBeenCalled();
});

it('a page that asks again and again has one search and one verification under way', async () => {
  const { settings } = await opened();
  const find = vi.fn(() => new Promise<never[]>((resolve) => setImmediate(() => resolve([]))));
  let verified: (() => void) | undefined;
  const { ask } = stage({
    settings,
    findInterpreters: find,
    packages: {
      size: () => Promise.resolve(7),
      verify: () => new Promise((resolve) => (verified = () => resolve([]))),
    },
  });
  const all = await Promise.all([1, 2, 3].map(async () => ask('vivarium-file-find', ['python3'])));
  expect([find.mock.calls.length, all]).toEqual([1, Array(3).fill({ ok: true, value: [] })]);
  expect(await ask('vivarium-file-find', ['python3'])).toEqual({ ok: true, value: [] });
  expect(find).toHaveBeenCalledTimes(2);
  const first = ask('vivarium-packages-verify', [{ taskId: 'one' }]);
  expect(await ask('vivarium-packages-verify', [{ taskId: 'one' }])).toMatchObject({
    error: { code: 'duplicate-id' },
  });
  verified?.();
  expect(await first).toMatchObject({ ok: true });
});

it('settings that an app keeps itself are checked, and a fault of the app is its own', async () => {
  const settings = {
    get: () => ({ enabled: true, runtime: 'remote' as 'native' }),
    set: () => Promise.resolve(),
    onChange: () => ({ dispose: () => undefined }),
  };
  const { ask, onFault } = stage({ settings });
  expect(await ask('vivarium-config-get')).toMatchObject({ ok: false, error: { code: 'internal' } });
  expect(onFault).toHaveBeenCalledOnce();
});

it('the words of what the store can not do reach the page', async () => {
  const off = new VivariumError('packages-off', 'packages are switched off');
  const { settings } = await opened();
  const { ask } = stage({
    settings,
    packages: { size: () => Promise.reject(off), verify: () => Promise.reject(off) },
  });
  const error = { code: 'failed', message: 'packages are switched off' };
  expect(await ask('vivarium-packages-list')).toEqual({ ok: false, error });
  expect(await ask('vivarium-packages-verify', [{ taskId: 'one' }])).toEqual({ ok: false, error });
});
