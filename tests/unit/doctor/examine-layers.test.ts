import { describe, expect, it } from 'vitest';
import { allHold, examineLayers, type Findings } from '../../../src/main/doctor/examine-layers.ts';
import type { KernelView } from '../../../src/main/doctor/kernel-view.ts';
import {
  CheckedLayerName,
  isolationLayer,
  IsolationLayerName,
  SystemLayerName,
} from '../../../src/shared/contract/isolation.ts';
import type { ProbeResult } from '../../../src/shared/contract/probes.ts';
import { MIB } from '../../../src/shared/units.ts';

const MAIN = 1;

const refused: ProbeResult = {
  name: 'read a file',
  group: 'files',
  where: 'main',
  refused: true,
  how: 'EACCES',
};

const browser: ProbeResult = { ...refused, name: 'fetch', group: 'browser-network' };

const DATA_LIMIT_MIB = 3840;

const limits = { coreBytes: 0, openFiles: 512, dataBytes: DATA_LIMIT_MIB * MIB };

const kernel: KernelView = { noNewPrivileges: true, filtered: true, limits, offersLandlock: true };

const findings = (part: Partial<Findings> = {}): Findings => ({
  claims: SystemLayerName.options.map((name) => isolationLayer(name, 'active', 'so it says')),
  checks: [
    { name: 'process: no code from strings', layer: 'no-code-from-strings', holds: true },
    { name: 'process: environment not inherited', layer: 'minimal-environment', holds: true },
    { name: 'process: a supported engine', layer: null, holds: true },
    { name: 'worker: no code from strings', layer: 'no-code-from-strings', holds: true },
    { name: 'worker: intrinsics frozen', layer: 'frozen-worker', holds: true },
    { name: 'realm: no Node globals', layer: 'bare-realm', holds: true },
    { name: 'realm: no code from strings', layer: 'no-code-from-strings', holds: true },
    { name: 'guest bundle: no import()', layer: 'bare-realm', holds: true },
    { name: 'python: no module or object of JavaScript', layer: 'no-javascript', holds: true },
  ],
  probes: [refused, browser],
  connections: 0,
  touched: false,
  kernel,
  dataLimitMiB: DATA_LIMIT_MIB,
  pid: 2,
  ...part,
});

const withLimits = (part: Partial<typeof limits>): Partial<Findings> => ({
  kernel: { ...kernel, limits: { ...limits, ...part } },
});

const statuses = (part: Partial<Findings>, platform = 'linux'): Record<string, string> =>
  Object.fromEntries(examineLayers(findings(part), platform, MAIN).map(({ name, status }) => [name, status]));

/** The layers that were not seen to hold, and how; Landlock never is. */
const doubtful = (part: Partial<Findings>): Record<string, string> => {
  const { landlock, ...others } = statuses(part);
  expect(landlock).toBe('not-verified');
  return Object.fromEntries(Object.entries(others).filter(([, status]) => status !== 'active'));
};

describe('a layer', () => {
  it('is active when the kernel shows it, which it does not of Landlock', () => {
    const layers = examineLayers(findings(), 'linux', MAIN);
    expect(doubtful({})).toEqual({});
    expect(layers.filter(({ expected }) => !expected).map(({ name }) => name)).toEqual(['landlock']);
    expect(layers.find(({ name }) => name === 'landlock')?.detail).toMatch(/^so it says; tried only by /u);
    expect(allHold(layers)).toBe(true);
  });

  it.each<[string, Partial<Findings>, readonly string[]]>([
    [
      'a probe got through',
      { probes: [{ ...refused, where: 'pool', refused: false }, browser] },
      ['seccomp'],
    ],
    [
      'the browser process answered',
      { probes: [refused, { ...browser, refused: false }] },
      ['browser-network'],
    ],
    ['someone came to the listener', { connections: 1 }, ['seccomp', 'browser-network']],
    ['the folder was changed', { touched: true }, ['seccomp', 'browser-network']],
    ['a thread has no filter', { kernel: { ...kernel, filtered: false } }, ['seccomp']],
    ['a thread could gain rights', { kernel: { ...kernel, noNewPrivileges: false } }, ['no-new-privileges']],
    ['cores are dumped', withLimits({ coreBytes: Infinity }), ['resource-limits']],
    ['more files may be open', withLimits({ openFiles: 513 }), ['resource-limits']],
    ['more memory may be had', withLimits({ dataBytes: limits.dataBytes + 1 }), ['resource-limits']],
    ['memory has no limit', withLimits({ dataBytes: Infinity }), ['resource-limits']],
    ['it is the same process', { pid: MAIN }, ['separate-process']],
  ])('does not when %s, whatever the process says', (_what, part, absent) => {
    expect(doubtful(part)).toEqual(Object.fromEntries(absent.map((name) => [name, 'absent'])));
    expect(allHold(examineLayers(findings(part), 'linux', MAIN))).toBe(false);
  });

  it('names the limits that are looser than ordered', () => {
    const part = withLimits({ coreBytes: 1, openFiles: Infinity, dataBytes: Infinity });
    const layer = examineLayers(findings(part), 'linux', MAIN).find(({ name }) => name === 'resource-limits');
    expect(layer?.detail).toMatch(/: core dumps, open files, memory$/u);
  });

  it('holds with limits that are tighter than ordered, and without one where none was ordered', () => {
    expect(doubtful(withLimits({ openFiles: 100, dataBytes: 1 }))).toEqual({});
    expect(doubtful({ ...withLimits({ dataBytes: Infinity }), dataLimitMiB: null })).toEqual({});
  });

  it.each<[string, Partial<Findings>, readonly string[]]>([
    ['the kernel shows nothing', { kernel: null }, ['no-new-privileges', 'resource-limits']],
    ['the kernel shows no limits', { kernel: { ...kernel, limits: null } }, ['resource-limits']],
    ['the filter was not tried', { probes: [browser] }, ['seccomp']],
    ['the browser process was not asked', { probes: [refused] }, ['browser-network']],
  ])('is not verified when %s, and that is not enough', (_what, part, unverified) => {
    expect(doubtful(part)).toEqual(Object.fromEntries(unverified.map((name) => [name, 'not-verified'])));
    expect(allHold(examineLayers(findings(part), 'linux', MAIN))).toBe(false);
  });

  it('of Landlock is absent when the control thread opened a file, and another thread’s says nothing', () => {
    const through = (where: ProbeResult['where']): Partial<Findings> => ({
      probes: [{ ...refused, where, refused: false }],
    });
    expect(statuses(through('main'))).toMatchObject({ landlock: 'absent' });
    expect(statuses(through('pool'))).toMatchObject({ landlock: 'not-verified' });
  });

  it.each(CheckedLayerName.options)('%s is not active when one of its self-checks fails', (layer) => {
    const own = findings().checks.filter((check) => check.layer === layer);
    expect(own).not.toEqual([]);
    for (const failing of own) {
      const checks = findings().checks.map((check) => ({ ...check, holds: check.name !== failing.name }));
      expect(doubtful({ checks })).toEqual({ [layer]: 'absent' });
    }
  });

  it("is found by the layer that a self-check names, not by the self-check's name", () => {
    const checks = [
      ...findings().checks,
      { name: 'worker: enough room on its stack', layer: null, holds: false },
      { name: 'process: no Node globals in its realm', layer: 'bare-realm' as const, holds: false },
    ];
    expect(doubtful({ checks })).toEqual({ 'bare-realm': 'absent' });
  });

  it('is not verified when no self-check is for it', () => {
    expect(statuses({ checks: [] })).toMatchObject({ 'bare-realm': 'not-verified' });
    expect(allHold(examineLayers(findings({ checks: [] }), 'linux', MAIN))).toBe(false);
  });
});

describe('a layer of the system that the process does not speak of', () => {
  it.each(
    ['linux', 'darwin', 'win32'].flatMap((platform) =>
      SystemLayerName.options.map((name) => [name, platform] as const),
    ),
  )('is expected and was not verified: %s on %s', (silent, platform) => {
    const claims = findings().claims.filter(({ name }) => name !== silent);
    const layers = examineLayers(findings({ claims }), platform, MAIN);
    expect(layers.find(({ name }) => name === silent)).toMatchObject({
      status: 'not-verified',
      expected: true,
    });
    expect(allHold(layers)).toBe(false);
  });

  it('is listed all the same, each once', () => {
    const claims = [isolationLayer('bare-realm', 'active', 'so it says')];
    const names = examineLayers(findings({ claims }), 'linux', MAIN).map(({ name }) => name);
    expect(names.toSorted()).toEqual(IsolationLayerName.options.toSorted());
  });

  it('twice is believed the worse word', () => {
    const { claims } = findings();
    const twice = [...claims, isolationLayer('seccomp', 'absent', 'not here')];
    expect(doubtful({ claims: twice })).toEqual({ seccomp: 'absent' });
  });
});

describe('what is expected', () => {
  const absent = SystemLayerName.options.map((name) => isolationLayer(name, 'absent', 'not here'));

  it('are all layers on Linux, Landlock only where the kernel offers it', () => {
    expect(allHold(examineLayers(findings({ claims: absent }), 'linux', MAIN))).toBe(false);
    const claims = findings().claims.map((claim) =>
      claim.name === 'landlock' ? isolationLayer('landlock', 'absent', 'not offered') : claim,
    );
    const on = (offersLandlock: boolean | null): boolean =>
      allHold(examineLayers(findings({ claims, kernel: { ...kernel, offersLandlock } }), 'linux', MAIN));
    expect([on(true), on(false), on(null)]).toEqual([false, true, true]);
  });

  it.each(['darwin', 'win32'])('of %s is nothing of the operating system', (platform) => {
    expect(allHold(examineLayers(findings({ claims: absent, kernel: null }), platform, MAIN))).toBe(true);
  });

  it('does not hold for a list without one of the layers', () => {
    const layers = examineLayers(findings(), 'linux', MAIN);
    for (const { name } of layers) {
      expect(allHold(layers.filter((layer) => layer.name !== name))).toBe(false);
    }
    expect(allHold([])).toBe(false);
  });
});
