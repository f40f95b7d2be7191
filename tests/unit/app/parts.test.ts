import { describe, expect, it } from 'vitest';
import { LivePackages } from '../../../src/main/app/live-packages.ts';
import { OutputDocuments } from '../../../src/main/app/output-documents.ts';
import { PythonFactsNow } from '../../../src/main/app/python-facts.ts';
import { Tasks } from '../../../src/main/app/tasks.ts';
import type { Packages } from '../../../src/main/packages/open-packages.ts';
import { Config } from '../../../src/shared/config/config.ts';
import type { PackageSettings } from '../../../src/shared/packages/package-settings.ts';

describe('documents of guests', () => {
  it('have addresses that can not be guessed, until they are removed', () => {
    const documents = new OutputDocuments((id) => `scheme://${id}/`);
    const [one, other] = [documents.add('<b>1</b>'), documents.add('<b>2</b>')];
    expect(one).toMatch(/^scheme:\/\/[0-9a-f-]{36}\/$/u);
    expect([documents.get(one), documents.get(other)]).toEqual(['<b>1</b>', '<b>2</b>']);
    documents.remove(one);
    expect([documents.get(one), documents.get(other)]).toEqual([undefined, '<b>2</b>']);
  });

  it('are bounded in number and size: the oldest are removed, the newest never', () => {
    const documents = new OutputDocuments((id) => id);
    const urls = Array.from({ length: 501 }, () => documents.add('x'));
    expect(urls.filter((url) => documents.get(url) !== undefined)).toEqual(urls.slice(1));
    const large = Array.from({ length: 9 }, () => documents.add('x'.repeat(8 * 1024 * 1024)));
    expect(large.map((url) => documents.get(url) !== undefined)).toEqual([
      false,
      ...large.slice(1).map(() => true),
    ]);
  });
});

it('packages are opened again only when their settings have changed', () => {
  const opened: PackageSettings[] = [];
  let settings: PackageSettings = { autoInstall: true, mirror: '', allow: [] };
  const packages = new LivePackages(
    () => settings,
    (now) => {
      opened.push(now);
      return { now } as unknown as Packages;
    },
  );
  const first = packages.current;
  settings = { ...settings };
  expect(packages.current).toBe(first);
  settings = { ...settings, mirror: '/mirror' };
  expect(packages.current).not.toBe(first);
  expect(opened.map(({ mirror }) => mirror)).toEqual(['', '/mirror']);
});

it('tasks are cancelled by their ids, and counted', async () => {
  const counts: number[] = [];
  const tasks = new Tasks((count) => counts.push(count));
  const work = tasks.run(
    'a',
    (signal) =>
      new Promise<string>((resolve) => {
        signal.addEventListener('abort', () => resolve('cancelled'));
      }),
  );
  expect([tasks.has('a'), tasks.cancel('b'), tasks.cancel('a')]).toEqual([true, false, true]);
  expect(await work).toBe('cancelled');
  await expect(tasks.run('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect([tasks.has('a'), tasks.has('b'), counts]).toEqual([false, false, [1, 0, 1, 0]]);
});

describe('what a model is told', () => {
  const native = (binpath: string): Config =>
    Config.parse({ plugins: { python: { runtime: 'native', binpath } } });

  it('names the version of the interpreter that is set, and never that of another one', async () => {
    let config = native('/usr/bin/python3');
    const facts = new PythonFactsNow({
      settings: () => config,
      pythonVersion: '3.14.0',
      installed: () => Promise.resolve(['numpy']),
      check: (path) =>
        Promise.resolve({
          ok: true,
          interpreter: { path, version: '3.12.1', implementation: 'cpython', executable: path, prefix: '' },
        }),
    });
    expect(facts.of('native').pythonVersion).toBeNull();
    await facts.refresh();
    expect(facts.of('native').pythonVersion).toBe('3.12.1');
    config = native('/opt/python');
    expect(facts.of('native').pythonVersion).toBeNull();
    expect(facts.of('embedded')).toMatchObject({ pythonVersion: '3.14.0', packages: ['numpy'] });
  });

  it('leaves out what can’t be found out', async () => {
    const facts = new PythonFactsNow({
      settings: () => native('/nowhere'),
      pythonVersion: '3.14.0',
      installed: () => Promise.reject(new Error('the disk fails')),
      check: () => Promise.resolve({ ok: false, problem: { code: 'missing', message: 'not there' } }),
    });
    await facts.refresh();
    expect(facts.of('native').pythonVersion).toBeNull();
    expect(facts.of('embedded')).toMatchObject({ packages: [] });
  });
});
