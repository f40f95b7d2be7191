import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, lstat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { JsonStore } from '../../../src/main/config/json-store.ts';
import { MIGRATIONS } from '../../../src/main/config/migrations/index.ts';
import { Settings, type SettingsChange } from '../../../src/main/config/settings.ts';
import { Config } from '../../../src/shared/config/config.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { needPosix } from '../../support/not-run.ts';
import { becomeOrdinary, mountSmallDisk } from '../../support/privileges.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vivarium-settings-'));
  file = path.join(folder, 'settings.json');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const load = (at = file): Promise<Settings> =>
  Settings.load(new JsonStore({ path: at, maxBytes: LIMITS.settingsBytes, migrations: MIGRATIONS }));
const put = (content: unknown): Promise<void> =>
  writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
const stored = async (): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
const python = (settings: Settings): unknown => settings.get().plugins.python;

describe('upgrades', () => {
  const cases: [string, unknown, unknown][] = [
    [
      'with an interpreter of one’s own',
      { plugins: { python: { enabled: true, binpath: '/opt/python' } } },
      { enabled: true, runtime: 'native', binpath: '/opt/python' },
    ],
    ['without one', { plugins: { python: { enabled: true } } }, { enabled: true, runtime: 'embedded' }],
    [
      'with an empty path',
      { plugins: { python: { enabled: true, binpath: '  ' } } },
      { enabled: true, runtime: 'embedded', binpath: '  ' },
    ],
    [
      'with a runtime chosen already',
      { plugins: { python: { runtime: 'embedded', binpath: '/opt/python' } } },
      { enabled: false, runtime: 'embedded', binpath: '/opt/python' },
    ],
    ['without Python settings', { plugins: {} }, { enabled: false, runtime: 'embedded' }],
  ];
  it.each(cases)('%s, before and after a save', async (_name, before, after) => {
    await put(before);
    const settings = await load();
    expect(python(settings)).toEqual(after);
    expect(settings.notices).toEqual([]);
    expect(await settings.update({ general: { theme: 'dark' } })).toMatchObject({ saved: true });
    expect(await stored()).toMatchObject({ version: 1, general: { theme: 'dark' } });
    const again = await load();
    expect(python(again)).toEqual(after);
    expect(again.get().general.theme).toBe('dark');
  });

  it('a fresh install is off and embedded, before and after a save', async () => {
    const settings = await load();
    expect(settings.get()).toEqual(Config.parse({}));
    expect(settings.notices).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    await settings.update({ sandbox: { memoryMiB: 512 } });
    expect(await stored()).toEqual({ version: 1, sandbox: { memoryMiB: 512 } });
    expect(python(await load())).toEqual({ enabled: false, runtime: 'embedded' });
  });

  it('a user who goes back to embedded stays there, and the path of native Python is kept', async () => {
    const settings = await load();
    await settings.update({ plugins: { python: { runtime: 'native', binpath: '/opt/python' } } });
    await settings.update({ plugins: { python: { runtime: 'embedded' } } });
    expect(python(await load())).toEqual({ enabled: false, runtime: 'embedded', binpath: '/opt/python' });
  });

  it.each([[], 5, 'x', null, { python: [] }, { python: { binpath: 5 } }])(
    'migrations take plugins = %j',
    (plugins) => {
      for (const migrate of MIGRATIONS) expect(migrate({ plugins })).toMatchObject({ plugins });
    },
  );
});

describe('updates', () => {
  it('keeps what it does not know, at every level', async () => {
    const text =
      '{"mine":1,"general":{"future":[2],"__proto__":{"x":3}},"sandbox":{"packages":{"deep":{"er":4}}}}';
    await put(text);
    const settings = await load();
    await settings.update({ general: { language: 'pl' }, sandbox: { packages: { mirror: '/srv' } } });
    const after = await readFile(file, 'utf8');
    const { version, ...rest } = JSON.parse(after) as Record<string, unknown>;
    expect(version).toBe(1);
    expect(JSON.stringify(rest)).toBe(
      '{"mine":1,"general":{"future":[2],"__proto__":{"x":3},"language":"pl"},"sandbox":{"packages":{"deep":{"er":4},"mirror":"/srv"}}}',
    );
    expect('x' in {}).toBe(false);
  });

  it('refuses a patch as a whole and says which setting it was', async () => {
    const settings = await load();
    const patch = { general: { theme: 'dark' as const }, sandbox: { memoryMiB: 1 } };
    await expect(settings.update(patch)).rejects.toThrow(
      'the setting sandbox.memoryMiB must be from 64 to 4096 MiB',
    );
    expect(settings.get()).toEqual(Config.parse({}));
    expect(await readdir(folder)).toEqual([]);
  });

  it('tells of changes, and only of changes; a listener that fails is alone with it', async () => {
    const settings = await load();
    const seen: SettingsChange[] = [];
    settings.onChange(() => {
      throw new Error('listener');
    });
    const stop = settings.onChange((change) => seen.push(change));
    await settings.update({ general: { theme: 'dark', language: 'en' } });
    await settings.update({ general: { theme: 'dark' } });
    expect(seen.map(({ keys }) => keys)).toEqual([['general.theme']]);
    expect(seen[0]?.config.general.theme).toBe('dark');
    stop();
    await settings.update({ general: { theme: 'light' } });
    expect(seen).toHaveLength(1);
  });

  it('what it gives out can not be changed in place', async () => {
    const settings = await load();
    expect(() => {
      settings.get().sandbox.network.allow.push('example.org');
    }).toThrow(TypeError);
  });

  it('writes one after the other, the last one wins', async () => {
    const settings = await load();
    await Promise.all(
      Array.from({ length: 30 }, (_value, index) => settings.update({ sandbox: { memoryMiB: 100 + index } })),
    );
    expect(await stored()).toEqual({ version: 1, sandbox: { memoryMiB: 129 } });
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  it('two processes keep each other’s settings', async () => {
    const [one, other] = [await load(), await load()];
    const seen: (readonly string[])[] = [];
    other.onChange(({ keys }) => seen.push(keys));
    await one.update({ general: { theme: 'dark' }, sandbox: { memoryMiB: 512 } });
    await other.update({ general: { language: 'it' }, sandbox: { memoryMiB: 256 } });
    expect(seen).toEqual([['sandbox.memoryMiB', 'general.language', 'general.theme']]);
    expect(other.get().general).toEqual({ language: 'it', theme: 'dark' });
    await one.reload();
    expect(one.get()).toEqual(other.get());
    expect(one.get().sandbox.memoryMiB).toBe(256);
  });

  it('writes through a symbolic link', async () => {
    const real = path.join(folder, 'elsewhere.json');
    await writeFile(real, '{}');
    await symlink(real, file);
    await (await load()).update({ general: { theme: 'dark' } });
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(JSON.parse(await readFile(real, 'utf8'))).toEqual({ version: 1, general: { theme: 'dark' } });
  });
});

describe('files that are not as they should be', () => {
  const truncated = '{"version":1,"general":{"theme":"da';
  it.each([
    ['truncated', truncated, /not JSON/u],
    ['empty', '', /not JSON/u],
    ['a list', '[]', /something other than settings/u],
    ['10 MB', `{"x":"${'y'.repeat(10_000_000)}"}`, /larger than 131072 bytes/u],
    ['not text', Buffer.from([0xff, 0xfe, 0x00]), /not text/u],
    // Engines differ in whether they can read it at all.
    ['endless nesting', '['.repeat(60_000) + ']'.repeat(60_000), /not JSON|nested too deeply/u],
    [
      'endless nesting in an object',
      `{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`,
      /not JSON|nested too deeply/u,
    ],
    ['nesting that any engine reads', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`, /nested too deeply/u],
    ['nested objects', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, /nested too deeply/u],
  ])('%s: the file is moved aside, the defaults hold, saving works', async (_name, content, detail) => {
    await writeFile(file, content);
    const settings = await load();
    const movedTo = path.join(folder, 'settings.damaged-1.json');
    expect(settings.get()).toEqual(Config.parse({}));
    expect(settings.notices).toEqual([
      { code: 'damaged', detail: expect.stringMatching(detail) as string, movedTo },
    ]);
    expect((await readFile(movedTo)).equals(Buffer.from(content))).toBe(true);
    expect(await settings.update({ general: { theme: 'dark' } })).toMatchObject({ saved: true });
    expect(settings.notices).toMatchObject([{ code: 'damaged' }]);
    expect((await load()).notices).toEqual([]);
  });

  it('a file that is damaged while the app runs: no setting is lost', async () => {
    const settings = await load();
    await settings.update({ general: { theme: 'dark' } });
    for (const number of [1, 2]) {
      await put(truncated);
      expect(await settings.update({ sandbox: { memoryMiB: 100 + number } })).toMatchObject({ saved: true });
      expect(await stored()).toEqual({
        version: 1,
        general: { theme: 'dark' },
        sandbox: { memoryMiB: 100 + number },
      });
    }
    expect((await readdir(folder)).sort()).toEqual([
      'settings.damaged-1.json',
      'settings.damaged-2.json',
      'settings.json',
    ]);
  });

  it('a byte order mark does no harm', async () => {
    await put(`\uFEFF${JSON.stringify({ version: 1, general: { theme: 'dark' } })}`);
    expect((await load()).get().general.theme).toBe('dark');
  });

  it('one wrong value costs only that setting, and is not overwritten unasked', async () => {
    await put({
      version: 1,
      general: { language: 'klingon', theme: 'dark' },
      sandbox: { packages: 7, memoryMiB: 64 },
    });
    const settings = await load();
    expect(settings.get().general).toEqual({ language: 'en', theme: 'dark' });
    expect(settings.get().sandbox).toMatchObject({ memoryMiB: 64, packages: { autoInstall: true } });
    expect(settings.notices).toEqual([
      { code: 'invalid-value', key: 'sandbox.packages', detail: 'must be a group of settings' },
      {
        code: 'invalid-value',
        key: 'general.language',
        detail: expect.stringContaining('must be one of') as string,
      },
    ]);
    await settings.update({ sandbox: { memoryMiB: 65 } });
    expect(await stored()).toMatchObject({
      general: { language: 'klingon' },
      sandbox: { packages: 7, memoryMiB: 65 },
    });
    await settings.update({ general: { language: 'de' }, sandbox: { packages: { mirror: '/srv' } } });
    expect(settings.notices).toEqual([]);
    expect(await stored()).toMatchObject({
      general: { language: 'de' },
      sandbox: { packages: { mirror: '/srv' } },
    });
  });

  it('a newer file is read and left alone', async () => {
    const text = JSON.stringify({ version: 99, general: { theme: 'dark', language: { main: 'de' } } });
    await put(text);
    const settings = await load();
    expect(settings.get().general).toEqual({ theme: 'dark', language: 'en' });
    expect(settings.notices).toMatchObject([{ code: 'newer', version: 99 }, { code: 'invalid-value' }]);
    expect(await settings.update({ sandbox: { memoryMiB: 512 } })).toMatchObject({ saved: false });
    expect(settings.get().sandbox.memoryMiB).toBe(512);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it.each([-1, 1.5, '1', null, {}, 1e300])('the version %j does no harm', async (version) => {
    await put({ version, plugins: { python: { binpath: '/opt/python' } } });
    const settings = await load();
    expect(settings.get().plugins.python.binpath).toBe('/opt/python');
  });

  it('a folder in the place of the file: the settings work until the app is closed', async () => {
    await mkdir(file);
    const settings = await load();
    expect(settings.notices).toEqual([{ code: 'unreadable', detail: 'it is a folder' }]);
    expect(await settings.update({ general: { theme: 'dark' } })).toMatchObject({ saved: false });
    expect(settings.get().general.theme).toBe('dark');
    await rm(file, { recursive: true });
    expect(await settings.update({ general: { language: 'fr' } })).toMatchObject({ saved: true });
    expect(settings.notices).toEqual([]);
    expect(await stored()).toEqual({ version: 1, general: { theme: 'dark', language: 'fr' } });
  });

  it('a named pipe in the place of the file is not waited for', async (context) => {
    needPosix(context);
    execFileSync('mkfifo', [file]);
    expect((await load()).notices).toEqual([{ code: 'unreadable', detail: 'it is not a file' }]);
  });

  it('a folder that takes no files', async () => {
    // What lies below a file can't be made, not even by root.
    await writeFile(path.join(folder, 'blocked'), '');
    const settings = await load(path.join(folder, 'blocked', 'settings.json'));
    expect(await settings.update({ general: { theme: 'dark' } })).toMatchObject({ saved: false });
    expect(settings.get().general.theme).toBe('dark');
  });

  it('a folder without permission to write', async (context) => {
    becomeOrdinary(context, folder);
    await chmod(folder, 0o500);
    const settings = await load();
    expect(await settings.update({ general: { theme: 'dark' } })).toMatchObject({ saved: false });
    expect(settings.notices).toEqual([{ code: 'not-saved', detail: 'you have no permission for it' }]);
    await chmod(folder, 0o700);
  });

  const onSmallDisk = async (context: TestContext, work: (disk: string) => Promise<void>): Promise<void> => {
    const disk = temporaryFolder();
    mountSmallDisk(context, disk, '64k');
    await work(disk);
  };

  it('a full disk: the old file stays whole, and the change is saved once there is room', async (context) => {
    await onSmallDisk(context, async (disk) => {
      const at = path.join(disk, 'settings.json');
      const settings = await load(at);
      await settings.update({ general: { theme: 'dark' } });
      const before = await readFile(at, 'utf8');
      await writeFile(path.join(disk, 'filler'), Buffer.alloc(56 * 1024));
      const allow = Array.from({ length: 1000 }, (_value, index) => `host-${index}.example`);
      expect(await settings.update({ sandbox: { network: { allow } } })).toMatchObject({ saved: false });
      expect(settings.notices).toEqual([{ code: 'not-saved', detail: 'the disk is full' }]);
      expect(settings.get().sandbox.network.allow).toHaveLength(1000);
      expect(await readFile(at, 'utf8')).toBe(before);
      expect((await readdir(disk)).sort()).toEqual(['filler', 'settings.json']);
      await rm(path.join(disk, 'filler'));
      expect(await settings.update({ sandbox: { memoryMiB: 128 } })).toMatchObject({ saved: true });
      expect(settings.notices).toEqual([]);
      expect((await load(at)).get().sandbox).toMatchObject({ memoryMiB: 128, network: { allow } });
    });
  });
});

it('settings are not written where the file can not be read again first', async () => {
  const settings = await load();
  await settings.update({ sandbox: { memoryMiB: 128 } });
  const before = await readFile(file, 'utf8');
  const allow = Array.from(
    { length: 1000 },
    (_none, index) => `${`${'a'.repeat(60)}.`.repeat(3)}h${String(index)}.example`,
  );
  expect(await settings.update({ sandbox: { network: { allow } } })).toMatchObject({ saved: false });
  expect(settings.notices).toEqual([
    { code: 'not-saved', detail: expect.stringContaining('shorten their lists') as string },
  ]);
  expect(await readFile(file, 'utf8')).toBe(before);
});
