import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ProbeFixture } from '../../../src/main/doctor/probe-fixture.ts';

const temporaryFolder = async (name: string): Promise<string> => {
  const root = await mkdtemp(path.join(tmpdir(), 'vivarium-test-'));
  const folder = path.join(root, name);
  await mkdir(folder);
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true });
  });
  return folder;
};

const listeners = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

it('leaves no folder when the binding can not be copied', async () => {
  const folder = await temporaryFolder('short');
  await expect(ProbeFixture.set(path.join(folder, 'missing.node'))).rejects.toThrow('ENOENT');
  expect(await readdir(folder)).toEqual([]);
});

it('counts connections, and removes its files and servers', async () => {
  const folder = await temporaryFolder('short');
  const before = listeners();
  const fixture = await ProbeFixture.set(null);
  expect(listeners()).toBe(before + 1);
  await new Promise((resolve, reject) => {
    connect(fixture.targets.port, '127.0.0.1').on('data', resolve).on('error', reject);
  });
  expect([fixture.connections, await fixture.isTouched()]).toEqual([1, false]);
  await fixture.clear();
  expect([await readdir(folder), listeners()]).toEqual([[], before]);
});
