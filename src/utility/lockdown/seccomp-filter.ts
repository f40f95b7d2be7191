/**
 * Which system calls the locked-down process may still make. All that is not named here is refused with
 * EPERM: a refusal and not a kill, because Chromium, V8 and Node try a few of them as a matter of course.
 */
import {
  returnWith,
  load,
  OFFSETS,
  requireNoBits,
  requireNoneOf,
  requireOneOf,
  whenAtLeast,
  whenEqual,
  type Instruction,
} from './bpf.ts';
import type { SyscallTable } from './syscalls.ts';

export const ERRNO = { EPERM: 1, EACCES: 13, EINVAL: 22, ENOSYS: 38 } as const;

const NO_ERROR = 0;

const RETURN_ERRNO = 0x00050000;
export const VERDICTS = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  refuse: RETURN_ERRNO | ERRNO.EPERM,
} as const;

export type ArgumentCheck =
  /** The low 32 bits are one of the values: for arguments that the kernel takes as an int. */
  | { readonly kind: 'one-of'; readonly argument: number; readonly values: readonly number[] }
  | { readonly kind: 'none-of'; readonly argument: number; readonly values: readonly number[] }
  | { readonly kind: 'no-bits'; readonly argument: number; readonly mask: number }
  /** All 64 bits are zero: for pointers. */
  | { readonly kind: 'null'; readonly argument: number };

export type CallRule =
  /** Allowed when all checks hold. */
  | { readonly call: string; readonly checks: readonly ArgumentCheck[] }
  /** Never made: the caller gets an error that it has a way round for, or 0, as if it had been made. */
  | { readonly call: string; readonly errno: number };

/** What the filter has to know of the process. */
export interface FilterFacts {
  readonly pid: number;
  /** The sockets that may be sent to; 'any' where the link to main could not be found. */
  readonly sendTo: readonly number[] | 'any';
  /** Sockets that are not to be written to by other calls either. */
  readonly noWrite: readonly number[];
}

const PLAIN_CALLS = [
  ...['read', 'close', 'fstat', 'munmap', 'brk', 'rt_sigprocmask', 'rt_sigreturn', 'rt_sigaction', 'readv'],
  ...['sched_yield', 'madvise', 'nanosleep', 'getpid', 'recvmsg', 'exit', 'getcwd', 'gettimeofday'],
  ...['getrusage', 'getuid', 'getgid', 'geteuid', 'getegid', 'capget', 'sigaltstack', 'gettid', 'time'],
  ...['futex', 'sched_getaffinity', 'restart_syscall', 'clock_gettime', 'clock_getres', 'clock_nanosleep'],
  ...['exit_group', 'epoll_wait', 'epoll_ctl', 'epoll_pwait', 'epoll_create1', 'eventfd2', 'pipe2'],
  ...['set_robust_list', 'getcpu', 'getrandom', 'membarrier', 'rseq', 'sysinfo'],
  // Node's `os` module aborts the process without it.
  'uname',
  // V8 reserves memory without rights and grants them later; machine code is its trade.
  ...['mprotect', 'pkey_mprotect'],
];

const PROT_EXEC = 0x4;
/** What glibc's pthread_create asks for; anything else would be a process, or a namespace. */
const THREAD_FLAGS = 0x3d0f00;
const FCNTL = { getFd: 1, getFlags: 3, setFlags: 4 } as const;
const PRCTL = { setName: 15, setVma: 0x53564d41 } as const;
/** Those by which a process ends itself: INT, ILL, TRAP, ABRT, SEGV, TERM. Node passes INT and TERM on to itself. */
const FATAL_SIGNALS = [2, 4, 5, 6, 11, 15];

export const callRules = ({ pid, sendTo, noWrite }: FilterFacts): CallRule[] => [
  ...PLAIN_CALLS.map((call) => ({ call, checks: [] })),
  { call: 'write', checks: [{ kind: 'none-of', argument: 0, values: noWrite }] },
  { call: 'writev', checks: [{ kind: 'none-of', argument: 0, values: noWrite }] },
  { call: 'mmap', checks: [{ kind: 'no-bits', argument: 2, mask: PROT_EXEC }] },
  { call: 'clone', checks: [{ kind: 'one-of', argument: 0, values: [THREAD_FLAGS] }] },
  {
    call: 'sendto',
    checks: [
      ...(sendTo === 'any' ? [] : [{ kind: 'one-of', argument: 0, values: sendTo } as const]),
      // With an address it could reach other sockets.
      { kind: 'null', argument: 4 },
    ],
  },
  {
    call: 'fcntl',
    checks: [{ kind: 'one-of', argument: 1, values: [FCNTL.getFd, FCNTL.getFlags, FCNTL.setFlags] }],
  },
  { call: 'prctl', checks: [{ kind: 'one-of', argument: 0, values: [PRCTL.setName, PRCTL.setVma] }] },
  {
    call: 'tgkill',
    checks: [
      { kind: 'one-of', argument: 0, values: [pid] },
      { kind: 'one-of', argument: 2, values: FATAL_SIGNALS },
    ],
  },
  {
    call: 'prlimit64',
    checks: [
      { kind: 'one-of', argument: 0, values: [0] },
      { kind: 'null', argument: 2 },
    ],
  },
  // What pthread_getschedparam asks of its own thread, for V8 (Node 24) at each of its locks. The kernel would tell of
  // any process; a thread of this one has no other answer than 0: the ordinary schedule, without a priority.
  { call: 'sched_getparam', errno: NO_ERROR },
  { call: 'sched_getscheduler', errno: NO_ERROR },
  // So that callers take their way round, as on an older kernel.
  { call: 'clone3', errno: ERRNO.ENOSYS },
  { call: 'openat2', errno: ERRNO.ENOSYS },
  // As for a pipe. At exit koffi flushes its streams, and hangs in its own error message on any other error.
  { call: 'fsync', errno: ERRNO.EINVAL },
  { call: 'open', errno: ERRNO.EACCES },
  { call: 'openat', errno: ERRNO.EACCES },
];

const compileCheck = (check: ArgumentCheck): Instruction[] => {
  const low = OFFSETS.argumentLow(check.argument);
  switch (check.kind) {
    case 'one-of':
      return requireOneOf(low, check.values, VERDICTS.refuse);
    case 'none-of':
      return requireNoneOf(low, check.values, VERDICTS.refuse);
    case 'no-bits':
      return requireNoBits(low, check.mask, VERDICTS.refuse);
    case 'null':
      return [
        ...requireOneOf(low, [0], VERDICTS.refuse),
        ...requireOneOf(OFFSETS.argumentHigh(check.argument), [0], VERDICTS.refuse),
      ];
  }
};

const compileRule = (rule: CallRule): Instruction[] =>
  'errno' in rule
    ? [returnWith(RETURN_ERRNO | rule.errno)]
    : [...rule.checks.flatMap(compileCheck), returnWith(VERDICTS.allow)];

/** The whole filter. Calls that the processor does not have are left out. */
export const seccompFilter = (table: SyscallTable, facts: FilterFacts): Instruction[] => [
  ...requireOneOf(OFFSETS.arch, [table.auditArch], VERDICTS.killProcess),
  load(OFFSETS.number),
  ...(table.foreignFrom === undefined
    ? []
    : whenAtLeast(table.foreignFrom, [returnWith(VERDICTS.killProcess)])),
  ...callRules(facts).flatMap((rule) => {
    const number = table.numbers[rule.call];
    return number === undefined ? [] : whenEqual(number, compileRule(rule));
  }),
  returnWith(VERDICTS.refuse),
];
