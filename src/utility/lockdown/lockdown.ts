import { closeSync, openSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { getSystemErrorName } from 'node:util';
import { selfCheck, type SelfCheck } from '../../shared/protocol/interpreter.ts';
import {
  isolationLayer,
  SystemLayerName,
  type IsolationLayer,
  type LockdownOrder,
} from '../../shared/contract/isolation.ts';
import { engineName } from '../../shared/engine-name.ts';
import { stripProcessApis } from './strip-process-apis.ts';
import { exitWithoutTeardown } from './exit-without-teardown.ts';
import { applyLandlock, coverage } from './landlock.ts';
import { NativeCalls, type SystemCalls } from './native-calls.ts';
import { ERRNO, seccompFilter, type FilterFacts } from './seccomp-filter.ts';
import { browserSocket, openSockets } from './sockets.ts';
import { ARM64_SYSCALLS } from './syscalls-arm64.ts';
import { X64_SYSCALLS } from './syscalls-x64.ts';
import type { SyscallTable } from './syscalls.ts';
import { detachLoopIoUring } from './detach-loop-io-uring.ts';
import { warmUp } from './warm-up.ts';
import { MIB } from '../../shared/units.ts';

/** Enough for the most interpreters that there may be: each takes about four. */
const MAX_OPEN_FILES = 512;
const STANDARD_ERROR = 2;
const RLIMIT = { data: 2, core: 4, openFiles: 7 } as const;

const TABLES: Readonly<Record<string, SyscallTable>> = { x64: X64_SYSCALLS, arm64: ARM64_SYSCALLS };

/** What came of it. */
export interface Lockdown {
  /** What must hold for the process to be used at all. */
  readonly checks: readonly SelfCheck[];
  /** What holds now; none where a check does not. */
  readonly layers: readonly IsolationLayer[];
}

const allAbsent = (reason: string): Lockdown => ({
  checks: [],
  layers: SystemLayerName.options.map((name) => isolationLayer(name, 'absent', reason)),
});

/** A requirement of the engine: with io_uring the lock-down would end the process, it would not be a looser one. */
const loopCheck = (holds: boolean, otherwise: string): SelfCheck =>
  selfCheck(null, 'process: an event loop without io_uring', holds, otherwise);

/** Of a result that is minus errno. */
const errorName = (result: number): string => {
  try {
    return getSystemErrorName(result);
  } catch {
    return `error ${-result}`;
  }
};

/**
 * Has the operating system refuse this process everything that running Python does not need. Everything that
 * is ever to be read must be in memory by then. Each layer is applied whether or not the others could be. None is
 * where the engine could not live under them.
 *
 * @param load gives the native calls from the binding's file
 * @returns what holds now; on other systems than Linux no layer does
 */
export const lockDown = (order: LockdownOrder, load: (binding: string) => SystemCalls): Lockdown => {
  if (!order.enabled) return allAbsent('switched off');
  const table = process.platform === 'linux' ? TABLES[process.arch] : undefined;
  if (table === undefined)
    return allAbsent(`there is no lock-down for ${process.platform} ${process.arch} yet`);
  if (order.binding === null) return allAbsent('the native binding for this system is not installed');
  let native;
  try {
    native = new NativeCalls(table, load(order.binding));
  } catch (error) {
    return allAbsent(
      `the native binding can't be loaded: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
  const ring = detachLoopIoUring(native);
  if (ring.kind === 'kept') {
    const detail =
      `${engineName(process.versions)}: its event loop makes its calls by io_uring, which the lock-down refuses, ` +
      `and that can't be taken from it: ${ring.reason}`;
    return { checks: [loopCheck(false, detail)], layers: [] };
  }
  exitWithoutTeardown(native);
  warmUp();
  // Looked up now: later the folder that lists them can't be read.
  const facts = filterFacts(native);
  const layers = [
    noNewPrivileges(native),
    resourceLimits(native, order.dataLimitMiB),
    landlock(native),
    ...seccomp(native, table, facts),
  ];
  stripProcessApis();
  return { checks: [loopCheck(true, '')], layers };
};

const noNewPrivileges = (native: NativeCalls): IsolationLayer => {
  const result = native.setNoNewPrivileges();
  return result === 0
    ? isolationLayer('no-new-privileges', 'active', 'no program that it started could gain rights')
    : isolationLayer('no-new-privileges', 'absent', `prctl: ${errorName(result)}`);
};

const resourceLimits = (native: NativeCalls, dataLimitMiB: number | null): IsolationLayer => {
  const wanted = [
    { name: 'no core dumps', resource: RLIMIT.core, value: 0 },
    { name: `${MAX_OPEN_FILES} open files`, resource: RLIMIT.openFiles, value: MAX_OPEN_FILES },
    ...(dataLimitMiB === null
      ? []
      : [{ name: `${dataLimitMiB} MiB of memory`, resource: RLIMIT.data, value: dataLimitMiB * MIB }]),
  ];
  const results = wanted.map(({ name, resource, value }) => ({
    name,
    result: native.lowerLimit(resource, value),
  }));
  const failed = results.find(({ result }) => result < 0);
  if (failed !== undefined) {
    return isolationLayer('resource-limits', 'absent', `${failed.name}: ${errorName(failed.result)}`);
  }
  const names = results.map(({ name }) => name);
  if (offersItselfToTheOomKiller()) names.push('first to go when memory is short');
  return isolationLayer('resource-limits', 'active', names.join(', '));
};

const offersItselfToTheOomKiller = (): boolean => {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
    return true;
  } catch {
    return false;
  }
};

const landlock = (native: NativeCalls): IsolationLayer => {
  const abi = applyLandlock(native, closeSync);
  if (abi <= 0) {
    const reason = errorName(abi === 0 ? -ERRNO.ENOSYS : abi);
    return isolationLayer('landlock', 'absent', `not offered by this kernel (${reason})`);
  }
  // Before the filter is there, which refuses files as well.
  return filesAreRefused()
    ? isolationLayer('landlock', 'active', `version ${abi}: ${coverage(abi)}; this thread and later ones`)
    : isolationLayer('landlock', 'absent', 'the kernel took the rules, but files can still be opened');
};

/** How main is spoken to decides what may still be written to. */
const filterFacts = (native: NativeCalls): FilterFacts => {
  const { pid } = process;
  const sockets = openSockets(native);
  const all = sockets.map(({ fd }) => fd);
  const channel = (process.channel as { fd?: number } | undefined)?.fd;
  // A plain Node child writes to its channel, and sends nothing; its standard error, where the engine says what it
  // dies of, is a socket as well.
  if (channel !== undefined) {
    return { pid, sendTo: [], noWrite: all.filter((fd) => fd !== channel && fd !== STANDARD_ERROR) };
  }
  const link = browserSocket(sockets, process.ppid);
  return link === undefined ? { pid, sendTo: 'any', noWrite: [] } : { pid, sendTo: [link], noWrite: all };
};

const seccomp = (native: NativeCalls, table: SyscallTable, facts: FilterFacts): IsolationLayer[] => {
  const absent = (reason: string): IsolationLayer[] => [
    isolationLayer('seccomp', 'absent', reason),
    isolationLayer('browser-network', 'absent', 'it needs the system call filter'),
  ];
  const program = seccompFilter(table, facts);
  const result = native.installFilter(program);
  if (result < 0) return absent(`seccomp: ${errorName(result)}`);
  if (result > 0) return absent(`thread ${result} could not be brought under the filter`);
  if (!filesAreRefused()) return absent('the kernel took the filter, but files can still be opened');
  return [
    isolationLayer('seccomp', 'active', `all threads; no files, programs, sockets, signals to others`),
    facts.sendTo === 'any'
      ? isolationLayer('browser-network', 'absent', 'the link to the browser process was not found')
      : isolationLayer('browser-network', 'active', 'only the link to main can be written to'),
  ];
};

const filesAreRefused = (): boolean => {
  try {
    closeSync(openSync('/', 'r'));
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES';
  }
};
