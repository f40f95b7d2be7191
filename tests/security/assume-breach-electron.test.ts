/** As assume-breach.test.ts, in the sidecar of the real thing, with the browser process's network beside it. */
import { expect, it } from 'vitest';
import type { DoctorReport } from '../../src/shared/contract/doctor.ts';
import { examineInElectron } from '../support/electron-sandbox.ts';
import { needBinding } from '../support/binding.ts';
import { openOnes } from './breach.ts';

const statusesOf = ({ layers }: DoctorReport): Record<string, number> => {
  const count: Record<string, number> = {};
  for (const { status, name } of layers) {
    if (name !== 'landlock' || status === 'active') count[status] = (count[status] ?? 0) + 1;
  }
  return count;
};

const absentLandlock = ({ layers }: DoctorReport): number =>
  layers.some(({ name, status }) => name === 'landlock' && status === 'active') ? 0 : 1;

it('every attempt is refused, and the doctor reports it', async (context) => {
  needBinding(context);
  const report = await examineInElectron(true);
  expect(openOnes(report.probes)).toEqual([]);
  expect(report.connections).toBe(0);
  expect(report.probes.filter(({ group }) => group === 'browser-network').length).toBeGreaterThan(3);
  expect(statusesOf(report)).toEqual({ active: 11 - absentLandlock(report) });
  expect(report).toMatchObject({ ok: true, system: { platform: 'linux' } });
  expect(report.memory.sidecarMiB).toBeGreaterThan(50);
});

it('without the lock-down attempts succeed, the browser process’s network included', async (context) => {
  needBinding(context);
  const report = await examineInElectron(false);
  expect(report.ok).toBe(false);
  expect(openOnes(report.probes).length).toBeGreaterThan(100);
  const browser = report.probes.filter(({ group }) => group === 'browser-network');
  // From 43 on Electron asks through the session that the process was given, which refuses.
  const hasSession = Number.parseInt(report.versions.electron) >= 43;
  const ownRefusal = hasSession ? /^(?:look|fetch)/u : /^look/u;
  expect(browser.filter(({ refused, name }) => refused && !ownRefusal.test(name))).toEqual([]);
  expect(report.connections).toBeGreaterThan(5);
});
