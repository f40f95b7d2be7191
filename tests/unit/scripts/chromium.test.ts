import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findChromium, obtainChromium } from '../../../scripts/provision/chromium.ts';
import type { Machine } from '../../../scripts/provision/machine.ts';
import { smallElectron, SUCCESS } from './support/small-electron.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

interface System {
  readonly programs: readonly string[];
  readonly isRoot: boolean;
  /** What `chromium --version` prints. */
  readonly says?: string;
  /** Whether the installation brings the program. */
  readonly brings?: boolean;
}

/** A Linux with those programs on PATH. */
function linux({
  brings = true,
  isRoot,
  programs,
  says = 'Chromium 156.0.8078.108 built on Debian\n',
}: System) {
  const { machine } = smallElectron();
  const bin = temporaryFolder();
  const add = (name: string) => writeFileSync(path.join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  programs.forEach(add);
  const commands: string[] = [];
  const run: Machine['run'] = (command, args) => {
    if (command === path.join(bin, 'chromium')) return Promise.resolve({ ...SUCCESS, stdout: says });
    if (command === 'apt-cache') {
      return Promise.resolve({ ...SUCCESS, stdout: 'chromium:\n  Installed: (none)\n  Candidate: 156.0\n' });
    }
    commands.push(args.filter((arg) => !arg.startsWith('-') && !arg.includes('::')).join(' '));
    if (args.includes('install') && brings) add('chromium');
    return Promise.resolve(SUCCESS);
  };
  return {
    machine: { ...machine, run, isRoot, env: { PATH: bin } },
    commands,
    program: path.join(bin, 'chromium'),
  };
}

describe('Chromium', () => {
  test('on PATH is used as it is', async () => {
    const { commands, machine, program } = linux({ programs: ['apt-get', 'chromium'], isRoot: true });
    expect(await obtainChromium(machine)).toEqual({ program, version: '156.0.8078.108' });
    expect(commands).toEqual([]);
  });

  test('is installed for root', async () => {
    const { commands, machine, program } = linux({ programs: ['apt-get'], isRoot: true });
    expect(await obtainChromium(machine)).toEqual({ program, version: '156.0.8078.108' });
    expect(commands).toEqual(['update', 'install chromium']);
  });

  test('is not installed for others, who get the command to run', async () => {
    const { commands, machine } = linux({ programs: ['apt-get'], isRoot: false });
    await expect(obtainChromium(machine)).rejects.toThrow('sudo apt-get install -y chromium\n');
    expect(commands).toEqual([]);
  });

  test('is named where there is no apt-get', async () => {
    const { machine } = linux({ programs: [], isRoot: true });
    await expect(obtainChromium(machine)).rejects.toThrow(
      'The check of the guest core in a browser needs what this system lacks: chromium.',
    );
  });

  test('is named when the installation did not bring it', async () => {
    const { machine } = linux({ programs: ['apt-get'], isRoot: true, brings: false });
    await expect(obtainChromium(machine)).rejects.toThrow('still lacks chromium');
  });

  test.each([
    ['Chromium 155.0.7000.1 snap\n', /version 155\.0\.7000\.1, and Chromium 156 or newer is needed/],
    ['Chromium 99.0.1\n', /version 99\.0\.1, and Chromium 156/],
  ])('that is too old is refused: %j', async (says, message) => {
    const { machine } = linux({ programs: ['apt-get', 'chromium'], isRoot: true, says });
    await expect(obtainChromium(machine)).rejects.toThrow(message);
  });

  test.each(['', 'a wrapper that is broken\n', 'Version 156.0\n'])(
    'that does not say its version is refused: %j',
    async (says) => {
      const { machine } = linux({ programs: ['chromium'], isRoot: true, says });
      await expect(obtainChromium(machine)).rejects.toThrow('does not say that it is Chromium');
    },
  );

  test('is not installed by looking for it, which names the command that does', async () => {
    const { commands, machine } = linux({ programs: ['apt-get'], isRoot: true });
    await expect(findChromium(machine)).rejects.toThrow('npm run provision -- --chromium');
    expect(commands).toEqual([]);
  });

  test('newer than the declared one is fine, with something said before its version', async () => {
    const says = 'libva info: nothing\nChromium 201.0.1.2 built\n';
    const { machine } = linux({ programs: ['chromium'], isRoot: false, says });
    expect((await obtainChromium(machine)).version).toBe('201.0.1.2');
  });
});
