import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { needPosix } from '../../support/not-run.ts';

const SCRIPT = new URL('fake-vivarium.ts', import.meta.url).pathname;

function vivarium(...argv: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function exitOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<unknown[]> {
  return once(child, 'close');
}

describe('the command as a process', () => {
  beforeEach(needPosix);

  it('ends quietly when the reader of its output goes away', async () => {
    const child = vivarium('run', '-c', 'loop');
    const stderr = text(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await exitOf(child)).toEqual([141, null]);
    expect(await stderr).toBe('running\n');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is cancelled by %s', async (signal) => {
    const child = vivarium('run', '-c', 'loop', '--json');
    const stdout = text(child.stdout);
    const stderr = text(child.stderr);
    await once(child.stderr, 'data');
    child.kill(signal);
    expect(await exitOf(child)).toEqual([130, null]);
    expect(JSON.parse(await stdout)).toMatchObject({ status: 'cancelled' });
    expect(await stderr).toBe('running\n');
  });

  it('leaves at the second SIGINT though the run hangs', async () => {
    const child = vivarium('run', '-c', 'hang');
    child.stdout.resume();
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    // The run was told to stop.
    await once(child.stderr, 'data');
    expect(child.exitCode).toBeNull();
    const exit = exitOf(child);
    // Those that come at once belong to the first key press.
    await eventually(() => {
      child.kill('SIGINT');
      expect(child.exitCode).not.toBeNull();
    });
    expect(await exit).toEqual([130, null]);
  });

  it('delivers all output to a slow reader before it exits', async () => {
    const child = vivarium('run', '-c', 'once');
    await once(child.stderr, 'data');
    // It waits in the pipe, unread: more than that holds is on its way.
    await once(child.stdout, 'readable');
    expect(child.exitCode).toBeNull();
    expect(await text(child.stdout)).toHaveLength(1001 + 1_000_001);
  });
});
