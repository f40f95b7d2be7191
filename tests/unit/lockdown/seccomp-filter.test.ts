import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/utility/lockdown/bpf.ts';
import {
  callRules,
  seccompFilter,
  VERDICTS,
  type FilterFacts,
} from '../../../src/utility/lockdown/seccomp-filter.ts';
import { ARM64_SYSCALLS } from '../../../src/utility/lockdown/syscalls-arm64.ts';
import { X64_SYSCALLS } from '../../../src/utility/lockdown/syscalls-x64.ts';
import { MAX_INSTRUCTIONS, runFilter } from './bpf-machine.ts';

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const EACCES = 0x0005000d;
const ENOSYS = 0x00050026;
const EINVAL = 0x00050016;
/** The call is not made, and gives 0. */
const ANSWER_ZERO = 0x00050000;
const KILL = 0x80000000;

const PID = 4711;
const LINK = 5;
const FACTS: FilterFacts = { pid: PID, sendTo: [LINK], noWrite: [LINK, 13, 29] };

const processors = [
  { processor: 'x64', table: X64_SYSCALLS },
  { processor: 'arm64', table: ARM64_SYSCALLS },
];

/** Numbers above all that the tables name. */
const HIGHEST = 600;

describe.each(processors)('the filter for $processor', ({ processor, table }) => {
  const compiled = (facts: FilterFacts): Uint8Array => encode(seccompFilter(table, facts));
  const program = compiled(FACTS);
  const verdict = (
    call: string | number,
    args: readonly (bigint | number)[] = [],
    facts = program,
  ): number => {
    const number = typeof call === 'number' ? call : table.numbers[call];
    if (number === undefined) throw new Error(`${processor} has no ${call}`);
    return runFilter(facts, { number, arch: table.auditArch, args: args.map(BigInt) });
  };
  const known = (call: string): boolean => call in table.numbers;

  it('is one that the kernel takes', () => {
    expect(program.byteLength / 8).toBeLessThan(MAX_INSTRUCTIONS);
    expect(VERDICTS).toEqual({ allow: ALLOW, killProcess: KILL, refuse: EPERM });
  });

  it('lets every call without conditions pass, with any arguments', () => {
    const plain = callRules(FACTS).filter((rule) => 'checks' in rule && rule.checks.length === 0);
    expect(plain.length).toBeGreaterThan(45);
    for (const { call } of plain) {
      if (!known(call)) continue;
      expect([call, verdict(call)]).toEqual([call, ALLOW]);
      expect([call, verdict(call, Array(6).fill(-1n))]).toEqual([call, ALLOW]);
    }
  });

  it('refuses every number that it does not name', () => {
    const named = new Set(callRules(FACTS).map(({ call }) => table.numbers[call]));
    let refused = 0;
    for (let number = 0; number < HIGHEST; number++) {
      if (named.has(number)) continue;
      expect([number, verdict(number)]).toEqual([number, EPERM]);
      refused++;
    }
    expect(refused).toBeGreaterThan(500);
  });

  it('kills what comes from another processor', () => {
    for (const arch of [0x40000003, 0xc000003e, 0xc00000b7, 0x40000028, 0]) {
      if (arch === table.auditArch) continue;
      const number = table.numbers['read'] ?? 0;
      expect(runFilter(program, { number, arch, args: [] })).toBe(KILL);
    }
  });

  it.each([
    ['read only', [0, 4096, 1], ALLOW],
    ['read and write', [0, 4096, 3], ALLOW],
    ['none', [0, 4096, 0], ALLOW],
    ['executable', [0, 4096, 4], EPERM],
    ['all', [0, 4096, 7], EPERM],
  ])('mmap: %s', (_what, args, expected) => {
    expect(verdict('mmap', args)).toBe(expected);
  });

  it.each([
    ['a thread', [0x3d0f00], ALLOW],
    ['a process', [17], EPERM],
    ['a process with our memory', [0x4111], EPERM],
    ['a namespace', [0x3d0f00 | 0x10000000], EPERM],
  ])('clone: %s', (_what, args, expected) => {
    expect(verdict('clone', args)).toBe(expected);
  });

  it.each([
    ['the link', [LINK, 1, 8, 0x4000, 0, 0], ALLOW],
    ['another socket', [29, 1, 8, 0x4000, 0, 0], EPERM],
    ['the link, with an address', [LINK, 1, 8, 0, 0x7000, 16], EPERM],
    ['the link, with an address above 4 GiB', [LINK, 1, 8, 0, 0x7f0000000000n, 16], EPERM],
  ])('sendto: %s', (_what, args, expected) => {
    expect(verdict('sendto', args)).toBe(expected);
  });

  it('sendto: any socket where the link to the browser process is not known, but never with an address', () => {
    const open = compiled({ ...FACTS, sendTo: 'any' });
    expect(verdict('sendto', [29, 1, 8, 0, 0, 0], open)).toBe(ALLOW);
    expect(verdict('sendto', [29, 1, 8, 0, 0x7f0000000000n, 16], open)).toBe(EPERM);
  });

  it('sendto: no socket where no link to the browser process is needed', () => {
    const closed = compiled({ ...FACTS, sendTo: [] });
    for (const fd of [0, 3, LINK]) expect(verdict('sendto', [fd, 1, 8, 0, 0, 0], closed)).toBe(EPERM);
  });

  it.each(['write', 'writev'])('%s: to all but the named sockets', (call) => {
    for (const fd of FACTS.noWrite) expect(verdict(call, [fd, 1, 8])).toBe(EPERM);
    for (const fd of [0, 1, 2, 4, 6, 12, 28, 30]) expect(verdict(call, [fd, 1, 8])).toBe(ALLOW);
    expect(verdict(call, [29, 1, 8], compiled({ ...FACTS, noWrite: [] }))).toBe(ALLOW);
    // The kernel looks at the low 32 bits of a file's number only.
    expect(verdict(call, [0x1_0000_001dn, 1, 8])).toBe(EPERM);
  });

  it('fcntl: only reads and sets flags', () => {
    for (const command of [1, 3, 4]) expect(verdict('fcntl', [7, command])).toBe(ALLOW);
    for (const command of [0, 2, 5, 6, 8, 1030, 1033]) expect(verdict('fcntl', [7, command])).toBe(EPERM);
  });

  it('prctl: only names threads and mappings', () => {
    for (const option of [15, 0x53564d41]) expect(verdict('prctl', [option])).toBe(ALLOW);
    for (const option of [1, 4, 8, 22, 24, 38, 43, 0x59616d61])
      expect(verdict('prctl', [option])).toBe(EPERM);
  });

  it('tgkill: only the own process, and only signals that end it', () => {
    for (const signal of [2, 4, 5, 6, 11, 15]) expect(verdict('tgkill', [PID, PID, signal])).toBe(ALLOW);
    for (const signal of [0, 1, 3, 9, 10, 12, 17, 19])
      expect(verdict('tgkill', [PID, PID, signal])).toBe(EPERM);
    for (const pid of [0, 1, PID - 1, PID + 1]) {
      expect([verdict('tgkill', [pid, pid, 6]), verdict('tgkill', [pid, pid, 15])]).toEqual([EPERM, EPERM]);
    }
  });

  it("prlimit64: only reads the own process's limits", () => {
    expect(verdict('prlimit64', [0, 2, 0, 0x7f0000000000n])).toBe(ALLOW);
    expect(verdict('prlimit64', [0, 2, 0x7f0000000000n, 0])).toBe(EPERM);
    expect(verdict('prlimit64', [0, 2, 0x7000, 0])).toBe(EPERM);
    expect(verdict('prlimit64', [1, 2, 0, 0x7f0000000000n])).toBe(EPERM);
  });

  it('answers with an error at which callers use another call', () => {
    expect([verdict('clone3'), verdict('openat2')]).toEqual([ENOSYS, ENOSYS]);
    expect(verdict('fsync', [1])).toBe(EINVAL);
    expect(verdict('openat', [-100, 0x7000, 0, 0])).toBe(EACCES);
    if (known('open')) expect(verdict('open', [0x7000])).toBe(EACCES);
  });

  it('answers in place of the kernel where a thread may ask about itself, whatever process it names', () => {
    for (const call of ['sched_getparam', 'sched_getscheduler']) {
      for (const pid of [0, 1, PID, PID + 1]) expect(verdict(call, [pid, 0x7000])).toBe(ANSWER_ZERO);
    }
  });

  it('refuses calls that attackers would want most', () => {
    const wanted: Record<string, { x64: number; arm64: number }> = {
      socket: { x64: 41, arm64: 198 },
      connect: { x64: 42, arm64: 203 },
      sendmsg: { x64: 46, arm64: 211 },
      bind: { x64: 49, arm64: 200 },
      listen: { x64: 50, arm64: 201 },
      execve: { x64: 59, arm64: 221 },
      kill: { x64: 62, arm64: 129 },
      ptrace: { x64: 101, arm64: 117 },
      chroot: { x64: 161, arm64: 51 },
      mount: { x64: 165, arm64: 40 },
      unlinkat: { x64: 263, arm64: 35 },
      process_vm_writev: { x64: 311, arm64: 271 },
      seccomp: { x64: 317, arm64: 277 },
      memfd_create: { x64: 319, arm64: 279 },
      bpf: { x64: 321, arm64: 280 },
      execveat: { x64: 322, arm64: 281 },
      io_uring_setup: { x64: 425, arm64: 425 },
      io_uring_enter: { x64: 426, arm64: 426 },
      io_uring_register: { x64: 427, arm64: 427 },
      process_vm_readv: { x64: 310, arm64: 270 },
      pidfd_getfd: { x64: 438, arm64: 438 },
    };
    for (const [call, numbers] of Object.entries(wanted)) {
      expect([call, verdict(numbers[processor as 'x64' | 'arm64'])]).toEqual([call, EPERM]);
    }
  });
});

it('kills x32 calls, whose numbers overlap those of other calls', () => {
  const program = encode(seccompFilter(X64_SYSCALLS, FACTS));
  for (const number of [0x40000000, 0x40000001, 0x40000207, 0xffffffff]) {
    expect(runFilter(program, { number, arch: X64_SYSCALLS.auditArch, args: [] })).toBe(KILL);
  }
});

it.each(processors)(
  'every call that a rule names exists on $processor or on the other processor',
  ({ table }) => {
    const missing = callRules(FACTS)
      .map(({ call }) => call)
      .filter((call) => !(call in table.numbers));
    expect(missing).toEqual(table === X64_SYSCALLS ? [] : ['time', 'epoll_wait', 'open']);
  },
);
