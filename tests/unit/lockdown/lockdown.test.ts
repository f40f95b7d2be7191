import { fork } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it, type TestContext } from 'vitest';
import { coverage, denyAll } from '../../../src/utility/lockdown/landlock.ts';
import { lockDown } from '../../../src/utility/lockdown/lockdown.ts';
import type { SystemCalls } from '../../../src/utility/lockdown/native-calls.ts';
import { browserSocket, type OpenSocket } from '../../../src/utility/lockdown/sockets.ts';
import { X64_SYSCALLS } from '../../../src/utility/lockdown/syscalls-x64.ts';
import { ARM64_SYSCALLS } from '../../../src/utility/lockdown/syscalls-arm64.ts';
import { needBinding } from '../../support/binding.ts';
import { needSystem } from '../../support/not-run.ts';

const none = (): SystemCalls => {
  throw new Error('it is not to be loaded');
};

describe('is absent, and says why', () => {
  const order = { enabled: true, dataLimitMiB: null, binding: '/nowhere/binding.node' };

  it('when it is switched off', () => {
    const { checks, layers } = lockDown({ ...order, enabled: false }, none);
    expect(checks).toEqual([]);
    expect(layers).toHaveLength(5);
    expect(new Set(layers.map(({ status, detail }) => `${status}: ${detail}`))).toEqual(
      new Set(['absent: switched off']),
    );
  });

  it('when there is no binding, or a broken one', (context) => {
    needSystem(context, process.platform === 'linux', 'only Linux has a lock-down');
    const details = ({ layers }: ReturnType<typeof lockDown>): string[] => [
      ...new Set(layers.map(({ status, detail }) => `${status}: ${detail}`)),
    ];
    expect(details(lockDown({ ...order, binding: null }, none))).toEqual([
      'absent: the native binding for this system is not installed',
    ]);
    const broken = (): SystemCalls => {
      throw new Error(`damaged ${'x'.repeat(1000)}`);
    };
    const [detail = '', ...others] = details(lockDown(order, broken));
    expect(others).toEqual([]);
    expect(detail).toMatch(/^absent: the native binding can't be loaded: damaged/u);
  });
});

describe('with a kernel that lacks a layer', () => {
  const ENOSYS = 38;
  const EINVAL = 22;
  const table = process.arch === 'arm64' ? ARM64_SYSCALLS : X64_SYSCALLS;

  const lockedChild = (context: TestContext, call: string, errno: number): Promise<unknown> => {
    const file = needBinding(context);
    const script = path.join(import.meta.dirname, 'fixtures', 'half-way.ts');
    const child = fork(script, [file, String(table.numbers[call]), String(errno)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    });
  };

  it('the other layers apply: no Landlock', async (context) => {
    expect(await lockedChild(context, 'landlock_create_ruleset', ENOSYS)).toMatchObject({
      layers: [
        expect.stringMatching(/^no-new-privileges active/u),
        expect.stringMatching(/^resource-limits active/u),
        'landlock absent: not offered by this kernel (ENOSYS)',
        expect.stringMatching(/^seccomp active/u),
        expect.stringMatching(/^browser-network active/u),
      ],
      read: 'refused',
    });
  });

  it('the other layers apply: no seccomp filter', async (context) => {
    expect(await lockedChild(context, 'seccomp', EINVAL)).toMatchObject({
      layers: [
        expect.stringMatching(/^no-new-privileges active/u),
        expect.stringMatching(/^resource-limits active/u),
        expect.stringMatching(/^landlock /u),
        'seccomp absent: seccomp: EINVAL',
        'browser-network absent: it needs the system call filter',
      ],
    });
  });
});

describe('the link to the browser process', () => {
  const socket = (fd: number, part: Partial<OpenSocket> = {}): OpenSocket => ({
    fd,
    isLocalStream: true,
    peerPid: 100,
    ...part,
  });

  it('is the first stream that the parent process opened beyond the standard ones', () => {
    const sockets = [
      socket(1),
      socket(4, { isLocalStream: false }),
      socket(5, { peerPid: 7 }),
      socket(6),
      socket(29),
    ];
    expect(browserSocket(sockets, 100)).toBe(6);
    expect(browserSocket(sockets.slice(0, 3), 100)).toBeUndefined();
  });
});

describe('Landlock’s rules', () => {
  const words = (abi: number): number[] => {
    const bytes = denyAll(abi);
    return Array.from({ length: bytes.byteLength / 8 }, (_unused, index) =>
      Number(new DataView(bytes.buffer).getBigUint64(index * 8, true)),
    );
  };

  it('cover all access rights that a version of Landlock knows, and no others', () => {
    expect([1, 2, 3, 4, 5, 6, 99].map(words)).toEqual([
      [0x1fff],
      [0x3fff],
      [0x7fff],
      [0x7fff, 3],
      [0xffff, 3],
      [0xffff, 3, 3],
      [0xffff, 3, 3],
    ]);
    expect([1, 4, 6].map(coverage)).toEqual(['files', 'files, TCP', 'files, TCP, signals']);
  });
});
