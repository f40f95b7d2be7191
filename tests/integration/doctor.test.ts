/** `vivarium doctor` as a user starts it. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { DoctorReport } from '../../src/shared/contract/doctor.ts';
import { OUT_FOLDER } from '../support/node-sandbox.ts';

const doctor = (...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [path.join(OUT_FOLDER, 'main', 'cli.js'), 'doctor', ...options],
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

it('doctor --json prints one report, and the exit code says whether the layers hold', async () => {
  const { code, stdout, stderr } = await doctor('--json');
  const report = DoctorReport.parse(JSON.parse(stdout));
  expect([stdout.split('\n').length, stderr, code]).toEqual([2, '', report.ok ? 0 : 1]);
  const { layers, probes, versions, memory } = report;
  expect(layers.filter(({ status, expected }) => expected && status !== 'active')).toEqual([]);
  expect(layers).toHaveLength(11);
  expect(probes.length).toBeGreaterThan(50);
  for (const version of Object.values(versions)) expect(version).toMatch(/^\d/u);
  expect(memory.machineMiB).toBeGreaterThan(memory.freeMiB);
});

it('doctor prints a table for people without --json', async () => {
  const { code, stdout } = await doctor();
  expect(code).toBe(0);
  for (const line of [/^ {2}separate-process +active /mu, /^ {2}Python +3\./mu, /^ {2}data +\S/mu]) {
    expect(stdout).toMatch(line);
  }
  expect(stdout).toMatch(/ hold(?:;.*)?\.\n$/u);
});
