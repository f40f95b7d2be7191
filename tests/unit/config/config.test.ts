import { describe, expect, it } from 'vitest';
import { Config } from '../../../src/shared/config/config.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { PackageSettings } from '../../../src/shared/packages/package-settings.ts';
import { HostPackages } from '../../../src/shared/protocol/host-protocol.ts';
import {
  changesOf,
  InvalidSettingError,
  readSettings,
  SETTING_KEYS,
  withValueAt,
} from '../../../src/shared/config/config-keys.ts';

const SHA256 = '0123456789abcdef'.repeat(4);

describe('the schema', () => {
  it('has the defaults of the contract', () => {
    expect(Config.parse({})).toEqual({
      plugins: { python: { enabled: false, runtime: 'embedded' } },
      sandbox: {
        idleMinutes: 15,
        timeoutSeconds: 60,
        memoryMiB: 1024,
        outputKiB: 1024,
        standby: true,
        packages: { autoInstall: true, mirror: '', index: '', allow: [], cacheMiB: 2048 },
        network: { allow: [] },
      },
      tools: { file: '', on: [] },
      general: { language: 'en', theme: 'system' },
    });
  });

  it('gives the host of the command line all settings of packages, unchanged', () => {
    const stored = Config.parse({
      sandbox: { packages: { index: 'https://index.example', allow: ['numpy'] } },
    });
    const { packages: settings } = stored.sandbox;
    expect(HostPackages.parse({ settings, official: true }).settings).toEqual(settings);
    expect(Object.keys(PackageSettings.shape).sort()).toEqual(Object.keys(settings).sort());
    for (const [key, wrong] of [
      ['autoInstall', 1],
      ['cacheMiB', LIMITS.packageCacheMiB.max + 1],
      ['allow', ['../x']],
      ['mirror', 'x'.repeat(LIMITS.pathLength + 1)],
      ['index', 'a\0b'],
      ['sources', []],
    ] as const) {
      const given = { settings: { ...settings, [key]: wrong }, official: true };
      expect(HostPackages.safeParse(given).success, key).toBe(false);
    }
  });

  it('refuses passwords in the file, but takes them in addresses on the command line', () => {
    const place = 'https://me:secret@packages.example/';
    for (const key of ['mirror', 'index']) {
      expect(Config.safeParse({ sandbox: { packages: { [key]: place } } }).success).toBe(false);
      expect(PackageSettings.parse({ [key]: place })).toMatchObject({ [key]: place });
    }
  });

  it('gives the name of every setting', () => {
    expect(SETTING_KEYS.map(({ name }) => name)).toEqual([
      'plugins.python.enabled',
      'plugins.python.runtime',
      'plugins.python.binpath',
      'sandbox.idleMinutes',
      'sandbox.timeoutSeconds',
      'sandbox.memoryMiB',
      'sandbox.outputKiB',
      'sandbox.standby',
      'sandbox.packages.autoInstall',
      'sandbox.packages.mirror',
      'sandbox.packages.index',
      'sandbox.packages.cacheMiB',
      'sandbox.packages.allow',
      'sandbox.network.allow',
      'tools.file',
      'tools.on',
      'general.language',
      'general.theme',
    ]);
  });

  const setting = (name: string, value: unknown): { accepted: unknown } | { refused: string } => {
    const patch = withValueAt({}, name.split('.'), value);
    try {
      return { accepted: changesOf(patch)[0]?.value };
    } catch (error) {
      if (!(error instanceof InvalidSettingError)) throw error;
      return { refused: error.message };
    }
  };

  it.each([
    ['sandbox.idleMinutes', 0.1, 0.1],
    ['sandbox.timeoutSeconds', 0.5, 0.5],
    ['sandbox.memoryMiB', 4096, 4096],
    ['sandbox.packages.mirror', '', ''],
    ['sandbox.packages.mirror', '/srv/wheels', '/srv/wheels'],
    ['sandbox.packages.mirror', 'D:\\wheels', 'D:\\wheels'],
    ['sandbox.packages.mirror', '\\\\server\\wheels', '\\\\server\\wheels'],
    [
      'sandbox.packages.mirror',
      'https://mirror.example.org:8443/a?b=1',
      'https://mirror.example.org:8443/a?b=1',
    ],
    ['sandbox.packages.index', '', ''],
    ['sandbox.packages.index', 'https://index.example.org/simple/', 'https://index.example.org/simple/'],
    ['sandbox.packages.allow', ['numpy', 'ruamel.yaml'], ['numpy', 'ruamel.yaml']],
    [
      'sandbox.network.allow',
      ['API.Example.org', '*.a.example:8080', '127.0.0.1'],
      ['api.example.org', '*.a.example:8080', '127.0.0.1'],
    ],
    ['general.language', 'zh', 'zh'],
    ['tools.on', [{ name: 'desk', declared: SHA256 }], [{ name: 'desk', declared: SHA256 }]],
  ])('takes %s = %j', (name, value, accepted) => {
    expect(setting(name, value)).toEqual({ accepted });
  });

  it.each([
    ['sandbox.idleMinutes', 0, /must be from 0\.1 to 1440 minutes/u],
    ['sandbox.idleMinutes', NaN, /must be a number, from 0\.1 to 1440 minutes/u],
    ['sandbox.timeoutSeconds', 1e9, /must be from 0\.1 to 86400 seconds/u],
    ['sandbox.memoryMiB', 512.5, /whole number of MiB/u],
    ['sandbox.memoryMiB', '512', /must be a number, from 64 to 4096 MiB/u],
    ['sandbox.packages.mirror', 'wheels', /full path of a folder/u],
    ['sandbox.packages.mirror', 'ftp://example.org', /https:\/\//u],
    ['sandbox.packages.mirror', 'https://me:secret@example.org', /user name or password/u],
    ['sandbox.packages.mirror', '/srv\n/wheels', /control characters/u],
    ['sandbox.packages.index', '/srv/simple', /must be an address with https/u],
    ['sandbox.packages.index', 'https://me:secret@example.org', /user name or password/u],
    ['sandbox.packages.allow', ['numpy', '../x'], /has an entry 2 that must be a package name/u],
    ['sandbox.network.allow', ['*'], /has an entry 1 that must be a host/u],
    ['sandbox.network.allow', ['*.org'], /must be a host/u],
    ['sandbox.network.allow', ['https://example.org/'], /must be a host/u],
    ['sandbox.network.allow', ['example.org:70000'], /port up to 65535/u],
    ['sandbox.network.allow', Array.from({ length: 1001 }, () => 'a.example'), /more than 1000 entries/u],
    // By its name alone nothing is started.
    ['tools.on', ['desk'], /has an entry 1 that must be a name and what was declared/u],
    ['tools.on', [{ name: 'desk', declared: 'x' }], /must be a SHA-256/u],
    ['plugins.python.runtime', 'remote', /must be "embedded" or "native"/u],
    ['plugins.python.binpath', 'a\0b', /control characters/u],
    ['general.language', 'xx', /must be one of de, en/u],
    ['general.colour', 'red', /setting general\.colour does not exist/u],
    ['sandbox', 5, /setting sandbox must be a group of settings/u],
    ['__proto__.polluted', true, /__proto__ does not exist/u],
  ])('refuses %s = %j', (name, value, reason) => {
    expect(setting(name, value)).toEqual({ refused: expect.stringMatching(reason) as string });
    expect(setting(name, value)).toEqual({
      refused: expect.stringContaining(name.split('.')[0] ?? '') as string,
    });
  });

  it.each([null, 5, 'x', []])('refuses the patch %j', (patch) => {
    expect(() => changesOf(patch as never)).toThrow(InvalidSettingError);
  });

  it('reads own properties only', () => {
    const document = JSON.parse(
      '{"__proto__":{"general":{"theme":"dark"}},"general":{"__proto__":{"theme":"dark"}}}',
    ) as Record<string, unknown>;
    expect(readSettings(document)).toEqual({ config: Config.parse({}), invalid: [] });
    expect(Object.hasOwn(Object.prototype, 'general')).toBe(false);
  });
});
