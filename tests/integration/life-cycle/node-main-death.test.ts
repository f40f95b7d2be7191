/** Whatever happens to a main process that is a plain Node, it leaves no sidecar behind. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { needProcesses, untilGone } from '../../support/processes.ts';

const PROGRAM = path.join(import.meta.dirname, '..', '..', 'support', 'node-main.ts');

beforeEach(needProcesses);

it.each([
  ['in the middle of a run', [], ['active', 'looping']],
  ['with a process in reserve', ['--standby'], ['active', 'looping', 'standby']],
])('the Node app is killed %s: no process is left', { timeout: 300_000 }, async (_when, options, wanted) => {
  const main = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void main.kill('SIGKILL'));
  const pids: number[] = [];
  const left = new Set(wanted);
  for await (const line of createInterface(main.stdout)) {
    const [what = '', pid] = line.split(' ');
    if (pid !== undefined) pids.push(Number(pid));
    left.delete(what);
    if (left.size === 0) break;
  }
  expect([...left]).toEqual([]);
  main.kill('SIGKILL');
  for (const pid of pids) await untilGone(pid);
  expect(pids).toHaveLength(wanted.length - 1);
});
