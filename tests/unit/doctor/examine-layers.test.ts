import { describe, expect, it } from 'vitest';
import { allHold, examineLayers, type Findings } from '../../../src/main/doctor/examine-layers.ts';
import { isolationLayer } from '../../../src/shared/isolation.ts';
import type { ProbeResult } from '../../../src/shared/probe-protocol.ts';

const MAIN = 1;

const refused: ProbeResult = {
  name: 'read a file',
  group: 'files',
  where: 'main',
  refused: true,
  how: 'EACCES',
};

const OS_LAYERS = ['no-new-privileges', 'resource-limits', 'landlock', 'seccomp', 'browser-network'] as const;

const kernel = { noNewPrivileges: true, filtered: true, noCoreDumps: true, offersLandlock: true };

const findings = (part: Partial<Findings> = {}): Findings => ({
  claims: OS_LAYERS.map((name) => isolationLayer(name, 'active', 'so it says')),
  checks: [
    'process: no code from strings',
    'process: environment not inherited',
    'worker: no code from strings',
    'worker: intrinsics frozen',
    'realm: no Node globals',
    'realm: no code from strings',
    'guest bundle: no import()',
  ].map((name) => ({ name, holds: true })),
  probes: [refused, { ...refused, name: 'fetch', group: 'browser-network' }],
  connections: 0,
  touched: false,
  kernel,
  pid: 2,
  ...part,
});

const statuses = (part: Partial<Findings>, platform = 'linux'): Record<string, string> =>
  Object.fromEntries(examineLayers(findings(part), platform, MAIN).map(({ name, status }) => [name, status]));

describe('a layer', () => {
  it('holds when nothing speaks against it', () => {
    const layers = examineLayers(findings(), 'linux', MAIN);
    expect(layers.map(({ status }) => status)).toEqual(Array(10).fill('active'));
    expect(layers.every(({ expected }) => expected)).toBe(true);
    expect(allHold(layers)).toBe(true);
  });

  it.each([
    ['a probe got through', { probes: [{ ...refused, refused: false }] }, ['seccomp']],
    [
      'the browser process answered',
      { probes: [{ ...refused, group: 'browser-network', refused: false } as const] },
      ['browser-network'],
    ],
    ['someone came to the listener', { connections: 1 }, ['seccomp', 'browser-network']],
    ['the folder was changed', { touched: true }, ['seccomp', 'browser-network']],
    ['a thread has no filter', { kernel: { ...kernel, filtered: false } }, ['seccomp']],
    ['a thread could gain rights', { kernel: { ...kernel, noNewPrivileges: false } }, ['no-new-privileges']],
    ['cores are dumped', { kernel: { ...kernel, noCoreDumps: false } }, ['resource-limits']],
    ['it is the same process', { pid: MAIN }, ['separate-process']],
  ])('does not when %s, whatever the process says', (_what, part, absent) => {
    const seen = statuses(part);
    expect(Object.keys(seen).filter((name) => seen[name] !== 'active')).toEqual(absent);
    expect(allHold(examineLayers(findings(part), 'linux', MAIN))).toBe(false);
  });

  it.each([
    ['process: environment not inherited', 'minimal-environment'],
    ['realm: no code from strings', 'no-code-from-strings'],
    ['worker: intrinsics frozen', 'frozen-worker'],
    ['guest bundle: no import()', 'bare-realm'],
  ])('does not when the self-check "%s" fails', (failing, layer) => {
    const checks = findings().checks.map(({ name }) => ({ name, holds: name !== failing }));
    const seen = statuses({ checks });
    expect(Object.keys(seen).filter((name) => seen[name] === 'absent')).toEqual([layer]);
  });

  it('is not verified when no self-check speaks of it', () => {
    expect(statuses({ checks: [] })).toMatchObject({ 'bare-realm': 'not-verified' });
    expect(allHold(examineLayers(findings({ checks: [] }), 'linux', MAIN))).toBe(false);
  });
});

describe('what is expected', () => {
  const absent = OS_LAYERS.map((name) => isolationLayer(name, 'absent', 'not here'));

  it('of Linux is everything, Landlock only where the kernel offers it', () => {
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

  it('is never nothing at all', () => {
    expect(allHold([])).toBe(false);
  });
});
