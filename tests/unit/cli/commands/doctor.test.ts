import { describe, expect, it } from 'vitest';
import { DoctorReport } from '../../../../src/shared/contract/doctor.ts';
import { cli } from '../harness.ts';

const layer = (
  name: DoctorReport['layers'][number]['name'],
  status: DoctorReport['layers'][number]['status'],
  expected = true,
  detail = 'a detail',
): DoctorReport['layers'][number] => ({ name, status, detail, expected });

const reportOf = (part: Partial<DoctorReport> = {}): DoctorReport => ({
  ok: true,
  layers: [layer('separate-process', 'active'), layer('seccomp', 'active')],
  probes: [{ name: 'read a file', group: 'files', where: 'main', refused: true, how: 'EACCES' }],
  connections: 0,
  system: { platform: 'linux', arch: 'x64', kernel: 'Linux 6.1', chromiumSandbox: true },
  versions: {
    vivarium: '1.2.3',
    electron: '45',
    chromium: '156',
    v8: '15.6',
    node: '24',
    pyodide: '314',
    python: '3.14',
  },
  memory: { machineMiB: 8000.4, freeMiB: 4000, sidecarMiB: null },
  paths: { app: '/app', data: '/data', temporary: '/tmp' },
  ...part,
});

const doctor = (report: DoctorReport, argv: readonly string[] = ['doctor']): ReturnType<typeof cli> =>
  cli(argv, { examine: async () => DoctorReport.parse(report) });

describe('exit codes', () => {
  it('are 0 when the expected layers hold, 1 when one does not', async () => {
    expect(await doctor(reportOf())).toMatchObject({ code: 0, stderr: '' });
    expect((await doctor(reportOf({ ok: false }))).code).toBe(1);
    expect((await doctor(reportOf(), ['doctor', '--json'])).code).toBe(0);
    expect((await doctor(reportOf({ ok: false }), ['doctor', '--json'])).code).toBe(1);
  });

  it('are 70 when the examination failed, which is said on stderr', async () => {
    const examine = (): Promise<never> => Promise.reject(new Error('Electron is missing\nhere'));
    expect(await cli(['doctor'], { examine })).toMatchObject({
      code: 70,
      stdout: '',
      stderr: 'vivarium: failed: Electron is missing\\u{a}here\n',
    });
    expect(await cli(['doctor', '--json'], { examine })).toMatchObject({ code: 70, stdout: '' });
  });

  it.each([[['doctor', 'now']], [['doctor', '--yaml']]])('2 for %j', async (argv) => {
    expect(await doctor(reportOf(), argv)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('text', () => {
  it('is a table of the layers, then the rest, without colours', async () => {
    const { stdout } = await doctor(
      reportOf({
        layers: [
          layer('separate-process', 'active', true, 'words '.repeat(20).trim()),
          layer('seccomp', 'not-verified', true, 'who knows'),
        ],
      }),
    );
    const lines = stdout.split('\n');
    const first = lines[1] ?? '';
    expect(lines[0]).toBe('Isolation of Python');
    expect(first).toMatch(/^ {2}separate-process {2}active {8}words words/u);
    // Wrapped under its own column.
    expect(lines[2]).toMatch(new RegExp(`^ {${first.indexOf('words')}}words`, 'u'));
    expect(lines[3]).toBe('  seccomp           NOT VERIFIED  who knows');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(stdout).toContain('1 attempts to break out, all refused.');
    expect(stdout).toMatch(/of the machine {7}8000 MiB, 4000 MiB free/u);
    expect(stdout).toMatch(/of a Python process {2}unknown/u);
    expect(stdout).toMatch(/Vivarium {2}1\.2\.3/u);
    expect(stdout).toMatch(/data {9}\/data/u);
    expect(stdout).not.toMatch(/\p{Cc}(?<!\n)/u);
  });

  it('tells layers that are missing from those that this system does not have', async () => {
    const missing = await doctor(
      reportOf({
        ok: false,
        layers: [layer('seccomp', 'absent', true), layer('landlock', 'absent', false)],
        probes: [
          { name: 'read a file', group: 'files', where: 'pool', refused: false, how: '12' },
          { name: 'fork', group: 'programs', where: 'main', refused: true, how: 'EPERM' },
        ],
        connections: 3,
      }),
    );
    expect(missing.stdout).toMatch(/^ {2}seccomp {3}ABSENT {2}a detail$/mu);
    expect(missing.stdout).toMatch(/^ {2}landlock {2}absent {2}a detail$/mu);
    expect(missing.stdout).toContain(
      '2 attempts to break out, 1 got through: read a file (pool); 3 connections were made.',
    );
    expect(missing.stdout).toMatch(/\nLayers that should hold here do not: seccomp\.\n$/u);
    const had = await doctor(reportOf({ layers: [layer('landlock', 'absent', false)] }));
    expect(had.stdout).toMatch(/\nAll other layers hold; not to be had here: landlock\.\n$/u);
    expect((await doctor(reportOf())).stdout).toMatch(/\nAll layers hold\.\n$/u);
  });

  it('tells layers that could not be verified from those that do not hold', async () => {
    const doubtful = await doctor(
      reportOf({
        ok: false,
        layers: [
          layer('seccomp', 'absent'),
          layer('no-new-privileges', 'not-verified'),
          layer('landlock', 'not-verified', false),
        ],
      }),
    );
    expect(doubtful.stdout).toMatch(/^ {2}landlock {11}not verified {2}a detail$/mu);
    expect(doubtful.stdout).toContain(
      '\nLayers that should hold here do not: seccomp. ' +
        'Layers that should hold here could not be verified: no-new-privileges.\n',
    );
    const fine = await doctor(
      reportOf({ layers: [layer('seccomp', 'active'), layer('landlock', 'not-verified', false)] }),
    );
    expect([fine.code, fine.stdout]).toEqual([
      0,
      expect.stringMatching(/\nAll other layers hold; not to be verified: landlock\.\n$/u),
    ]);
  });

  it('says when Chromium’s own sandbox is off', async () => {
    const { system } = reportOf();
    expect((await doctor(reportOf())).stdout).toContain('on for windows');
    const asRoot = await doctor(reportOf({ system: { ...system, chromiumSandbox: false } }));
    expect(asRoot.stdout).toContain('off, because this runs as root');
  });

  it('prints no control characters of a detail', async () => {
    const { stdout } = await doctor(
      reportOf({ layers: [layer('seccomp', 'absent', true, 'x\u001b[2J\ny')] }),
    );
    expect(stdout).toContain('x\\u{1b}[2J\\u{a}y');
  });
});

it('--json prints the report and nothing else', async () => {
  const report = reportOf({ layers: [layer('seccomp', 'absent', true, 'é\u009b')] });
  const { stdout, stderr } = await doctor(report, ['doctor', '--json']);
  expect(stdout).toMatch(/^[^\p{Cc}]+\n$/u);
  expect([JSON.parse(stdout), stderr]).toEqual([report, '']);
});
