import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { HostFolders } from '../../../../src/main/cli/host/host-folders.ts';
import { identify, type ProcessIdentity } from '../../../../src/main/base/process-table.ts';
import { needProcesses } from '../../../support/processes.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';

interface Living extends ProcessIdentity {
  readonly die: () => Promise<void>;
}

/** A real process that does nothing. */
const living = async (): Promise<Living> => {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('it has no pid');
  const ended = once(child, 'exit');
  return {
    ...identify(child.pid),
    die: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** Full of things, as Chromium leaves it. */
const inUse = (folders: HostFolders, owner: ProcessIdentity, host?: ProcessIdentity): string => {
  const folder = folders.make(owner);
  mkdirSync(path.join(folder, 'Default'));
  writeFileSync(path.join(folder, 'Default', 'Cookies'), 'x');
  if (host !== undefined) folders.noteHost(folder, host);
  return folder;
};

it('a folder is removed once its owner and its host are dead, and not before', async () => {
  const folders = new HostFolders(temporaryFolder());
  const [owner, host] = [await living(), await living()];
  const folder = inUse(folders, owner, host);
  const mine = inUse(folders, identify(process.pid), host);
  await folders.sweep();
  expect([existsSync(folder), existsSync(mine)]).toEqual([true, true]);
  await owner.die();
  await folders.sweep();
  expect([existsSync(folder), existsSync(mine)]).toEqual([true, true]);
  await host.die();
  await folders.sweep();
  expect([existsSync(folder), existsSync(mine)]).toEqual([false, true]);
});

it('a folder whose owner lives stays, also when its host is dead', async () => {
  const folders = new HostFolders(temporaryFolder());
  const [owner, host] = [await living(), await living()];
  const folder = inUse(folders, owner, host);
  await host.die();
  await folders.sweep();
  expect(existsSync(folder)).toBe(true);
});

it('a folder whose host was never named is removed after a while', async () => {
  const folders = new HostFolders(temporaryFolder());
  const owner = await living();
  const folder = inUse(folders, owner);
  await owner.die();
  await folders.sweep();
  expect(existsSync(folder)).toBe(true);
  const longAgo = Date.now() / 1000 - 3600;
  utimesSync(folder, longAgo, longAgo);
  await folders.sweep();
  expect(existsSync(folder)).toBe(false);
});

it('a pid that was given out again does not keep a folder', async (context) => {
  const folders = new HostFolders(temporaryFolder());
  const now = identify(process.pid);
  needProcesses(context);
  const before = { ...now, startedAt: String(Number(now.startedAt) - 1) };
  const folder = inUse(folders, before, before);
  await folders.sweep();
  expect(existsSync(folder)).toBe(false);
});

it('folders of other computers and programs, and links, are left alone', async () => {
  const parent = temporaryFolder();
  const [folders, elsewhere] = [new HostFolders(parent), new HostFolders(parent, '00000000')];
  const dead = { pid: 2 ** 22 + 1, startedAt: '1' };
  const ofOther = inUse(elsewhere, dead, dead);
  const goal = temporaryFolder();
  writeFileSync(path.join(goal, 'precious'), 'x');
  const ours = inUse(folders, dead, dead);
  symlinkSync(goal, `${ours.slice(0, -6)}abcdef`);
  writeFileSync(path.join(parent, 'vivarium-host-notes'), 'x');
  mkdirSync(path.join(parent, 'vivarium-host-AbCdEf'));
  await folders.sweep();
  expect(existsSync(ours)).toBe(false);
  expect(readdirSync(parent).sort()).toEqual(
    [
      path.basename(ofOther),
      `${path.basename(ours).slice(0, -6)}abcdef`,
      'vivarium-host-notes',
      'vivarium-host-AbCdEf',
    ].sort(),
  );
  expect(existsSync(path.join(goal, 'precious'))).toBe(true);
});

it('nothing is removed where the temporary folder can not be listed', async () => {
  await expect(new HostFolders('/nowhere/at/all').sweep()).resolves.toBeUndefined();
});

it('a folder that can not be removed is left without an error', () => {
  // No system has a name with this character: to remove it fails, as where something still writes there.
  const parent = temporaryFolder();
  expect(() => new HostFolders(parent).remove(path.join(parent, 'a\0b'))).not.toThrow();
});
