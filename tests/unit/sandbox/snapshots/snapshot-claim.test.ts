/** Which of several processes makes a snapshot. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { claimSnapshotMaking } from '../../../../src/main/sandbox/snapshots/snapshot-claim.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';

const fileIn = (folder: string): string => path.join(folder, 'making');
const claimedBy = (pid: number): string => JSON.stringify({ pid, startedAt: null });

it('is one at a time, in a folder that need not be there', async () => {
  const folder = path.join(temporaryFolder(), 'deep', 'down');
  const release = await claimSnapshotMaking(folder);
  expect(JSON.parse(readFileSync(fileIn(folder), 'utf8'))).toMatchObject({ pid: process.pid });
  expect(await claimSnapshotMaking(folder)).toBeNull();
  await release?.();
  const again = await claimSnapshotMaking(folder);
  expect(again).not.toBeNull();
  await again?.();
});

it('of many at once, one', async () => {
  const folder = temporaryFolder();
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimSnapshotMaking(folder)));
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
});

it('is another one after a process that was killed', async () => {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  child.kill('SIGKILL');
  await once(child, 'exit');
  writeFileSync(fileIn(folder), claimedBy(child.pid ?? 0));
  expect(await claimSnapshotMaking(folder)).not.toBeNull();
});

it('is another one after a process that was killed before it had written its claim', async () => {
  const folder = temporaryFolder();
  writeFileSync(fileIn(folder), '');
  expect(await claimSnapshotMaking(folder)).toBeNull();
  const before = new Date(Date.now() - 2500);
  utimesSync(fileIn(folder), before, before);
  expect(await claimSnapshotMaking(folder)).not.toBeNull();
});

it.each<[string, (file: string) => void]>([
  ['a claim that is too old', (file) => writeFileSync(file, claimedBy(process.pid))],
  ['something else', (file) => writeFileSync(file, 'x')],
  ['a folder', (file) => mkdirSync(file)],
])('%s is in nobody’s way for ever', async (_what, put) => {
  const folder = temporaryFolder();
  put(fileIn(folder));
  const old = new Date(Date.now() - 5 * 60_000 - 1000);
  utimesSync(fileIn(folder), old, old);
  expect(await claimSnapshotMaking(folder)).not.toBeNull();
});

it('is none where the folder can not be made', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'file'), '');
  expect(await claimSnapshotMaking(path.join(folder, 'file', 'below'))).toBeNull();
});

it('does not follow a link', async () => {
  const folder = temporaryFolder();
  const aim = path.join(folder, 'aim');
  writeFileSync(aim, 'mine');
  symlinkSync(aim, fileIn(folder));
  await claimSnapshotMaking(folder);
  expect(readFileSync(aim, 'utf8')).toBe('mine');
});
