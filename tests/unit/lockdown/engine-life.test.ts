/**
 * A locked-down process on the engine that runs these tests: real processes, which must live and end as if there were
 * no lock-down. Where event loops have io_uring rings (Node 22 and newer), each of these aborted it.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import type { ProcessExit } from '../../../src/main/sandbox/sidecar/sidecar-process.ts';
import { needBinding } from '../../support/binding.ts';
import { eventually } from '../../support/eventually.ts';
import { standalone } from '../../support/standalone.ts';

const CHUNKS = 64;
const CHUNK_BYTES = 1 << 16;
/** Far more than the child takes to start on a slow machine. */
const BLOCKED_MS = 60_000;

type Stdio = 'ignore' | 'pipe' | number;

const start = async (
  context: TestContext,
  fixture: string,
  task: string,
  [output, errors]: readonly [Stdio, Stdio],
): Promise<ChildProcess> => {
  const file = needBinding(context);
  const script = await standalone(path.join(import.meta.dirname, 'fixtures', fixture));
  const child = fork(script, [file, task], {
    execArgv: [],
    stdio: ['ignore', output, errors, 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

const exitOf = (child: ChildProcess): Promise<Omit<ProcessExit, 'outOfMemory'>> =>
  new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));

const nextMessage = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${String(code ?? signal)}`)));
  });

interface UnreadPipe {
  /** For the child to write to. */
  readonly end: number;
  /** To read from, without waiting. */
  readonly own: number;
}

/** A pipe that is not read until the test does so. What Node calls a pipe is a socket, which the lock-down closes. */
const unreadPipe = (): UnreadPipe => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-pipe-'));
  const file = path.join(folder, 'pipe');
  execFileSync('mkfifo', [file]);
  const end = openSync(file, constants.O_RDWR);
  // Opened once more: whether reading waits is not to be changed by whoever has the other.
  const own = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => {
    closeSync(end);
    closeSync(own);
    rmSync(folder, { recursive: true });
  });
  return { end, own };
};

/** What is in a pipe by now. */
const drain = ({ own }: UnreadPipe): string => {
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(CHUNK_BYTES);
    try {
      parts.push(part.subarray(0, readSync(own, part)));
    } catch {
      return Buffer.concat(parts).toString();
    }
  }
};

describe('ends', () => {
  it.for<[string, number, RegExp]>([
    ['by process.exit', 3, /^$/u],
    ['by process.exit, later', 3, /^$/u],
    ['with an exit code of its own', 4, /^$/u],
    ['when nothing is left to do', 0, /^$/u],
    ['by an error', 1, /^SyntaxError: an error on purpose/u],
    ['by an error in its script', 1, /^SyntaxError: an error on purpose/u],
    ['by a rejection', 1, /^SyntaxError: an error on purpose/u],
    ['after threads have ended', 5, /^$/u],
  ])('%s', async ([way, code, told], context) => {
    const errors = unreadPipe();
    const child = await start(context, 'ends.ts', way, ['ignore', errors.end]);
    expect(await exitOf(child)).toEqual({ code, signal: null });
    expect(drain(errors)).toMatch(told);
  });

  it('when its parent lets go', async (context) => {
    const errors = unreadPipe();
    const child = await start(context, 'ends.ts', 'when its parent lets go', ['ignore', errors.end]);
    const exited = exitOf(child);
    expect(await nextMessage(child)).toBe('locked down');
    child.disconnect();
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(drain(errors)).toBe('');
  });

  it.for<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])('by a signal: %s', async (signal, context) => {
    const errors = unreadPipe();
    const child = await start(context, 'ends.ts', 'by a signal', ['ignore', errors.end]);
    const exited = exitOf(child);
    expect(await nextMessage(child)).toBe('locked down');
    child.kill(signal);
    expect(await exited).toEqual({ code: null, signal });
    expect(drain(errors)).toBe('');
  });
});

describe('lives on', () => {
  it('when it watches something new: ports, threads, streams, signals, the pool, timers', async (context) => {
    const errors = unreadPipe();
    const child = await start(context, 'lives-on.ts', 'watch', ['ignore', errors.end]);
    const exited = exitOf(child);
    expect(await nextMessage(child)).toBe('signal me');
    child.kill('SIGUSR2');
    expect(await nextMessage(child)).toEqual([
      'over ports',
      'printed',
      'hello from a worker',
      'SIGUSR2',
      8,
      true,
      'timer',
    ]);
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(drain(errors)).toBe('');
  });

  it.for(['stdout', 'stderr'] as const)(
    'when nobody reads its %s, and nothing of it is lost',
    async (name, context) => {
      const output = unreadPipe();
      const child = await start(
        context,
        'lives-on.ts',
        name,
        name === 'stdout' ? [output.end, 'ignore'] : ['ignore', output.end],
      );
      const exited = exitOf(child);
      expect(await nextMessage(child)).toBe('full');
      // The pipe is full and being waited for: everything else goes on.
      child.send('are you there');
      expect(await nextMessage(child)).toBe('alive');
      let received = 0;
      await eventually(() => {
        received += drain(output).length;
        expect(received).toBe(CHUNKS * CHUNK_BYTES);
      });
      expect(await exited).toEqual({ code: 0, signal: null });
    },
  );

  it.for(['stdout', 'stderr'] as const)('when its %s can’t be written to', async (name, context) => {
    const child = await start(
      context,
      'lives-on.ts',
      name,
      name === 'stdout' ? ['pipe', 'ignore'] : ['ignore', 'pipe'],
    );
    const exited = exitOf(child);
    expect(await nextMessage(child)).toMatch(/full|taken/u);
    child.send('are you there');
    expect(await nextMessage(child)).toBe('alive');
    child.send('end');
    expect(await exited).toEqual({ code: 0, signal: null });
  });

  it('when its parent does not read its messages, and none of them is lost', async (context) => {
    const errors = unreadPipe();
    const child = await start(context, 'lives-on.ts', 'channel', ['ignore', errors.end]);
    const exited = exitOf(child);
    const messages: unknown[] = [];
    child.on('message', (message) => messages.push(message));
    // This thread does nothing else until the child says that the channel takes no more.
    const deadline = Date.now() + BLOCKED_MS;
    while (!drain(errors).includes('full')) expect(Date.now()).toBeLessThan(deadline);
    expect(messages).toEqual([]);
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(messages).toHaveLength(CHUNKS + 1);
    expect(messages.at(-1)).toBe('all sent');
    expect(drain(errors)).toBe('');
  });
});

describe('is refused, with the engine’s name and the reason, and nothing is applied', () => {
  it.for<[string, RegExp]>([
    ['no loop', /the engine does not give its event loop out$/u],
    ['no reading', /its memory could not be read$/u],
    ['other rings', /none of the \d+ rings was found in it$/u],
    ['no writing', /(?:its memory could not be written to|none of the 1 rings was found in it)$/u],
  ])('where its io_uring can’t be taken: %s', async ([task, reason], context) => {
    const child = await start(context, 'refuses.ts', task, ['ignore', 'ignore']);
    expect(await nextMessage(child)).toEqual({
      checks: [
        {
          name: 'process: an event loop without io_uring',
          layer: null,
          holds: false,
          detail: expect.stringMatching(reason) as string,
        },
      ],
      layers: [],
      read: 'allowed',
      named: true,
    });
  });
});
