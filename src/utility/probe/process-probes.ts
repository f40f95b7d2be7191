import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import inspector from 'node:inspector';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import v8 from 'node:v8';
import type { ProbeGroup } from '../../shared/contract/probes.ts';
import type { Probe } from './probe.ts';

const SHELL = '/bin/sh';

// Kept from before the lock-down, as someone might who was there first.
const dlopen = process.dlopen.bind(process);

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });

const probe = (group: ProbeGroup, name: string, attempt: Probe['attempt']): Probe => ({
  group,
  name,
  attempt,
});

export const PROGRAM_PROBES: readonly Probe[] = [
  probe('programs', 'run a program and wait', () => {
    const { error, status } = spawnSync(SHELL, ['-c', ':']);
    if (error !== undefined) throw error;
    return status;
  }),
  probe('programs', 'run a program', () => ended(spawn(SHELL, ['-c', ':'], { stdio: 'ignore' }))),
  probe('programs', 'fork', ({ file }) =>
    ended(fork(file, { execPath: SHELL, execArgv: ['-c', ':'], silent: true })),
  ),
  probe('other-processes', 'see the parent', () => process.kill(process.ppid, 0)),
  probe('other-processes', 'change a priority', () => os.setPriority(0, 1)),
];

export const NATIVE_PROBES: readonly Probe[] = [
  probe('native-code', 'load native code', ({ otherBinding }) => {
    if (otherBinding === null) throw new Error('there is none for this system');
    dlopen({ exports: {} }, otherBinding);
  }),
];

/** What the control thread itself has lost; a worker's `process` has it until the worker is hardened. */
export const DISARMED_PROBE: Probe = probe('native-code', 'find process.dlopen', () => {
  const found = ['dlopen', 'binding', '_linkedBinding'].filter((name) => Reflect.has(process, name));
  if (found.length === 0) throw new Error('gone');
  return found.join(', ');
});

/** They write into the folder of the targets. */
export const DEBUG_PROBES: readonly Probe[] = [
  probe('debugging', 'write a diagnostic report', ({ folder }) => {
    const file = path.join(folder, 'report.json');
    process.report.writeReport(file);
    // It says nothing when it fails.
    fs.accessSync(file);
  }),
  probe('debugging', 'write a heap snapshot', ({ folder }) =>
    v8.writeHeapSnapshot(path.join(folder, 'heap.heapsnapshot')),
  ),
];

/** Only the control thread may open it. */
export const INSPECTOR_PROBE: Probe = probe('debugging', 'open the inspector', () => {
  inspector.open(0, '127.0.0.1');
  const url = inspector.url();
  inspector.close();
  if (url === undefined) throw new Error('it listens nowhere');
  return 'listening';
});
