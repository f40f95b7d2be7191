import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../scripts/provision/machine.ts';
import { ensureSystemPackages } from '../../../scripts/provision/system-packages.ts';
import { smallElectron, SUCCESS } from './support/small-electron.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** A Linux with the given programs on PATH, where apt-get install brings what is missing. */
function debian(options: { programs: string[]; missing: string[]; isRoot: boolean; aptWorks?: boolean }) {
  const { machine, log } = smallElectron();
  const bin = temporaryFolder();
  const addProgram = (name: string) => {
    writeFileSync(path.join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  };
  options.programs.forEach(addProgram);
  const commands: string[] = [];
  let missing = options.missing;
  const run: Machine['run'] = (command, args) => {
    if (command === 'ldd') {
      const stdout = missing.map((library) => `\t${library} => not found\n`).join('');
      return Promise.resolve({ ...SUCCESS, stdout });
    }
    if (command === 'apt-cache') {
      const stdout = args.slice(1).map((name) => `${name}:\n  Installed: (none)\n  Candidate: 1.0\n`);
      return Promise.resolve({ ...SUCCESS, stdout: stdout.join('') });
    }
    commands.push(args.filter((arg) => !arg.startsWith('-') && !arg.includes('::')).join(' '));
    if (options.aptWorks === false) return Promise.resolve({ code: 100, stdout: '', stderr: 'E: no luck' });
    if (args.includes('install')) {
      missing = [];
      if (args.includes('xvfb')) ['Xvfb', 'xvfb-run', 'xauth'].forEach(addProgram);
    }
    return Promise.resolve(SUCCESS);
  };
  return { machine: { ...machine, run, isRoot: options.isRoot, env: { PATH: bin } }, commands, log };
}

const withoutWindow = { electronPath: '/opt/electron/electron', window: false };
const withWindow = { ...withoutWindow, window: true };

describe('on Debian', () => {
  test('nothing is done when nothing is missing', async () => {
    const { machine, commands } = debian({ programs: ['apt-get'], missing: [], isRoot: true });
    await ensureSystemPackages(machine, withoutWindow);
    expect(commands).toEqual([]);
  });

  test('root gets the packages installed', async () => {
    const { machine, commands } = debian({ programs: ['apt-get'], missing: ['libgtk-3.so.0'], isRoot: true });
    await ensureSystemPackages(machine, withoutWindow);
    expect(commands).toEqual(['update', 'install libgtk-3-0t64']);
  });

  test('a window without a display needs a virtual one', async () => {
    const { machine, commands } = debian({ programs: ['apt-get'], missing: [], isRoot: true });
    await ensureSystemPackages(machine, withWindow);
    expect(commands).toEqual(['update', 'install xauth xvfb']);
  });

  test('a window on a display needs nothing more', async () => {
    const { machine, commands } = debian({ programs: ['apt-get'], missing: [], isRoot: true });
    await ensureSystemPackages({ ...machine, env: { ...machine.env, DISPLAY: ':0' } }, withWindow);
    expect(commands).toEqual([]);
  });

  test('users other than root get the command to run', async () => {
    const { machine, commands } = debian({ programs: ['apt-get'], missing: ['libnss3.so'], isRoot: false });
    await expect(ensureSystemPackages(machine, withoutWindow)).rejects.toThrow(
      'sudo apt-get install -y libnss3\n',
    );
    expect(commands).toEqual([]);
  });

  test("a failed installation is reported with apt's output", async () => {
    const { machine } = debian({
      programs: ['apt-get'],
      missing: ['libnss3.so'],
      isRoot: true,
      aptWorks: false,
    });
    await expect(ensureSystemPackages(machine, withoutWindow)).rejects.toThrow(/libnss3[^]*E: no luck/);
  });

  test('a library that no package is known for is named', async () => {
    const { machine } = debian({ programs: ['apt-get'], missing: ['libnew.so.9'], isRoot: true });
    await expect(ensureSystemPackages(machine, withoutWindow)).rejects.toThrow('libnew.so.9');
  });
});

test('on other kinds of Linux the libraries are named', async () => {
  const { machine } = debian({ programs: [], missing: ['libnss3.so', 'libgbm.so.1'], isRoot: true });
  await expect(ensureSystemPackages(machine, withoutWindow)).rejects.toThrow('libnss3.so, libgbm.so.1');
});

test('on other systems nothing is done', async () => {
  const { machine } = debian({ programs: [], missing: ['libnss3.so'], isRoot: false });
  await ensureSystemPackages({ ...machine, platform: 'darwin' }, withWindow);
});
