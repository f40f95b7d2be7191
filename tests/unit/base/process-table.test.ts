import { readFileSync } from 'node:fs';
/** Against real processes of this machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { identify, isAlive, killProcess, residentBytes } from '../../../src/main/base/process-table.ts';
import { eventually } from '../../support/eventually.ts';
import { needProcesses } from '../../support/processes.ts';

const child = async (...args: string[]): Promise<ChildProcess & { pid: number }> => {
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void started.kill('SIGKILL'));
  await once(started, 'spawn');
  const { pid } = started;
  if (pid === undefined) throw new Error('no pid');
  return Object.assign(started, { pid });
};

const LIVE = ['-e', 'setInterval(() => {}, 1000)'];

it('tells a living process from one that is gone', async () => {
  const started = await child(...LIVE);
  const identity = identify(started.pid);
  expect([identity.pid, isAlive(identity)]).toEqual([started.pid, true]);
  const exited = once(started, 'exit');
  killProcess(identity);
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(isAlive(identity)).toBe(false);
  expect(() => killProcess(identity)).not.toThrow();
});

describe('where the system shows its processes', () => {
  beforeEach(needProcesses);

  it('counts one that is dead and not yet asked about as gone', async () => {
    // A parent that never asks: its child stays in the table.
    const parent = spawn('/bin/sh', ['-c', 'sleep 3600 & echo $!; exec sleep 3600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const identity = identify(Number(line.toString()));
    expect(isAlive(identity)).toBe(true);
    // Until then it is a shell, which asks.
    await eventually(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'));
    killProcess(identity);
    await eventually(() => expect(isAlive(identity)).toBe(false));
    // The pid itself is still in use, so asking for the pid alone says that it runs.
    expect(process.kill(identity.pid, 0)).toBe(true);
    expect(identify(identity.pid).startedAt).toBe(identity.startedAt);
  });

  it('takes no other process with the same pid for it, and never kills that one', async () => {
    const started = await child(...LIVE);
    const real = identify(started.pid);
    const earlier = { pid: started.pid, startedAt: String(Number(real.startedAt) - 1) };
    expect([isAlive(earlier), isAlive(real)]).toEqual([false, true]);
    killProcess(earlier);
    expect(isAlive(real)).toBe(true);
  });

  it('never kills what has the pid of a process that was gone before it was identified', async () => {
    const started = await child(...LIVE);
    const unknown = { pid: started.pid, startedAt: null };
    killProcess(unknown);
    expect([isAlive(unknown), isAlive(identify(started.pid))]).toEqual([false, true]);
  });

  it('reads names that hold anything', async () => {
    const started = await child(
      '-e',
      'process.title = ") Z 1 ("; console.log(1); setInterval(() => {}, 1000)',
    );
    if (started.stdout === null) throw new Error('no stdout');
    await once(started.stdout, 'data');
    expect(isAlive(identify(started.pid))).toBe(true);
  });

  it('measures resident memory, and tells nothing of a process that is not there', async () => {
    const started = await child(
      '-e',
      'const b = Buffer.alloc(200 * 2 ** 20, 1); console.log(b.length); setInterval(() => {}, 1000)',
    );
    if (started.stdout === null) throw new Error('no stdout');
    await once(started.stdout, 'data');
    const bytes = residentBytes(started.pid) ?? 0;
    expect(bytes).toBeGreaterThan(200 * 2 ** 20);
    expect(bytes).toBeLessThan(1000 * 2 ** 20);
    const exited = once(started, 'exit');
    started.kill('SIGKILL');
    await exited;
    expect(residentBytes(started.pid)).toBe(null);
  });
});
