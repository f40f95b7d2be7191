import { readdirSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { LANDLOCK_PROBES } from '../../shared/contract/probes.ts';
import type { SystemCalls } from '../lockdown/native-calls.ts';
import { ERRNO } from '../lockdown/seccomp-filter.ts';
import type { Probe } from './probe.ts';

type Argument = number | bigint | Uint8Array;

interface RawCall {
  readonly name: string;
  readonly x64: number;
  readonly arm64: number;
  /** Such that the kernel answers something else than a refusal, but nothing happens. */
  readonly args: readonly Argument[];
}

const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

const AT_FDCWD = -100;
const SIGNAL_NONE = 0;
/** CLONE_SIGHAND without CLONE_VM, which the kernel finds senseless. */
const SENSELESS_CLONE = 0x811;
const PRIVATE_ANONYMOUS = 0x22;
const READ_AND_EXECUTE = 5;

const URING_PARAMS_BYTES = 120;
/** Numbers at which an engine has its own. */
const FEW_FILES = Array.from({ length: 32 }, (_unused, index) => index - 1);

const RAW_CALLS: readonly RawCall[] = [
  { name: LANDLOCK_PROBES.openCall, x64: 257, arm64: 56, args: [AT_FDCWD, text('/'), 0] },
  { name: 'openat2', x64: 437, arm64: 437, args: [AT_FDCWD, text('/'), new Uint8Array(24), 24] },
  { name: 'faccessat', x64: 269, arm64: 48, args: [AT_FDCWD, text('/'), 0] },
  { name: 'name_to_handle_at', x64: 303, arm64: 264, args: [AT_FDCWD, 0, 0, 0, 0] },
  { name: 'open_by_handle_at', x64: 304, arm64: 265, args: [AT_FDCWD, 0, 0] },
  { name: 'inotify_init1', x64: 294, arm64: 26, args: [0] },
  { name: 'memfd_create', x64: 319, arm64: 279, args: [text('x'), 0] },
  { name: 'execve', x64: 59, arm64: 221, args: [0, 0, 0] },
  { name: 'execveat', x64: 322, arm64: 281, args: [-1, 0, 0, 0, 0] },
  { name: 'clone', x64: 56, arm64: 220, args: [SENSELESS_CLONE, 0, 0, 0, 0] },
  { name: 'clone3', x64: 435, arm64: 435, args: [0, 0] },
  { name: 'unshare', x64: 272, arm64: 97, args: [0] },
  { name: 'setns', x64: 308, arm64: 268, args: [-1, 0] },
  { name: 'socket', x64: 41, arm64: 198, args: [1, 1, 0] },
  { name: 'socketpair', x64: 53, arm64: 199, args: [1, 1, 0, 0] },
  { name: 'connect', x64: 42, arm64: 203, args: [-1, 0, 0] },
  { name: 'sendmsg', x64: 46, arm64: 211, args: [-1, 0, 0] },
  { name: 'kill', x64: 62, arm64: 129, args: [process.ppid, SIGNAL_NONE] },
  { name: 'tgkill', x64: 234, arm64: 131, args: [process.ppid, process.ppid, SIGNAL_NONE] },
  { name: 'ptrace', x64: 101, arm64: 117, args: [16, 0, 0, 0] },
  { name: 'process_vm_readv', x64: 310, arm64: 270, args: [process.ppid, 0, 0, 0, 0, 0] },
  { name: 'process_vm_writev', x64: 311, arm64: 271, args: [process.ppid, 0, 0, 0, 0, 0] },
  { name: 'pidfd_open', x64: 434, arm64: 434, args: [process.ppid, 0] },
  { name: 'pidfd_getfd', x64: 438, arm64: 438, args: [-1, 0, 0] },
  { name: 'kcmp', x64: 312, arm64: 272, args: [process.ppid, process.ppid, 2, 0, 0] },
  { name: 'seccomp', x64: 317, arm64: 277, args: [1, 0, 0] },
  { name: 'io_uring_setup', x64: 425, arm64: 425, args: [0, 0] },
  { name: 'io_uring_setup (a ring)', x64: 425, arm64: 425, args: [8, new Uint8Array(URING_PARAMS_BYTES)] },
  ...FEW_FILES.map((fd) => ({
    name: `io_uring_enter (${fd})`,
    x64: 426,
    arm64: 426,
    args: [fd, 0, 0, 0, 0, 0],
  })),
  { name: 'io_uring_register', x64: 427, arm64: 427, args: [-1, 0, 0, 0] },
  { name: 'bpf', x64: 321, arm64: 280, args: [0, 0, 0] },
  { name: 'userfaultfd', x64: 323, arm64: 282, args: [-1] },
  { name: 'perf_event_open', x64: 298, arm64: 241, args: [0, 0, -1, -1, 0] },
  { name: 'keyctl', x64: 250, arm64: 219, args: [0, -3, 0] },
  { name: 'shmget', x64: 29, arm64: 194, args: [0, 4096, 0o600] },
  { name: 'dup', x64: 32, arm64: 23, args: [0] },
  { name: 'fcntl (copy a file’s number)', x64: 72, arm64: 25, args: [0, 0, 0] },
  { name: 'ioctl', x64: 16, arm64: 29, args: [-1, 0, 0] },
  { name: 'prctl (dumpable)', x64: 157, arm64: 167, args: [4, 1, 0, 0, 0] },
  { name: 'prlimit64 (the parent’s)', x64: 302, arm64: 261, args: [process.ppid, 7, 0, new Uint8Array(16)] },
  { name: 'prlimit64 (lower its own)', x64: 302, arm64: 261, args: [0, 4, new Uint8Array(16), 0] },
  {
    name: 'mmap (executable)',
    x64: 9,
    arm64: 222,
    args: [0, 4096, READ_AND_EXECUTE, PRIVATE_ANONYMOUS, -1, 0],
  },
];

/** Those by which the filter, or a kernel that lacks the call, says no. */
const REFUSALS: ReadonlySet<number> = new Set([-ERRNO.EPERM, -ERRNO.EACCES, -ERRNO.ENOSYS]);

/** Returns the result of a system call. @throws Error when the call was refused */
export const throwIfRefused = (result: number): number => {
  if (REFUSALS.has(result)) throw new Error(`error ${-result}`);
  return result;
};

/** System calls past Node, by the binding that the lock-down itself was made with. */
export const systemCallProbes = (load: (binding: string) => SystemCalls): Probe[] => {
  const { arch, platform } = process;
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return [];
  let calls: SystemCalls | undefined;
  return RAW_CALLS.map(({ name, args, ...numbers }) => ({
    name,
    group: 'system-calls',
    attempt: ({ binding }) => {
      if (binding === null) throw new Error('there is no binding for this system');
      calls ??= load(binding);
      return throwIfRefused(calls.call(numbers[arch], ...args));
    },
  }));
};

/** Where the link to main is a channel of Node's own, it may be written to. */
const ownChannel = (): number | undefined => (process.channel as { fd?: number } | undefined)?.fd;

/** Stays open: what an engine prints as it dies tells main why. Main keeps nothing of it (LastWords). */
const STANDARD_ERROR = 2;

/** File numbers of the sockets that lead out of the process, but for the ways to main; to be asked before the lock-down. */
export const outgoingSockets = (): number[] => {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => {
      try {
        const isSocket = readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
        return isSocket && fd !== ownChannel() && fd !== STANDARD_ERROR;
      } catch {
        // It was open only to list the folder.
        return false;
      }
    });
};

/** Writes nothing to sockets that lead out of the process, past the calls that send. */
export const socketWriteProbes = (
  load: (binding: string) => SystemCalls,
  sockets: readonly number[],
): Probe[] =>
  sockets.map((fd) => ({
    name: `write to socket ${fd}`,
    group: 'browser-network',
    attempt: ({ binding }) => {
      if (binding === null) throw new Error('there is no binding for this system');
      const write = process.arch === 'arm64' ? 64 : 1;
      return throwIfRefused(load(binding).call(write, fd, new Uint8Array(8), 0));
    },
  }));
