import { PassThrough, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunResult, RunStatus } from '../../../../src/shared/contract/run.ts';
import { resultOf } from '../../../support/run-results.ts';
import { eventually } from '../../../support/eventually.ts';
import { cli, errorOf, start, whenAborted, type Run } from '../harness.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A run that prints and then gives the result. */
const printing =
  (stdout: string, stderr: string, result: Partial<RunResult>): Run =>
  async (_request, { onOutput }) => {
    await onOutput({ stream: 'stdout', bytes: bytes(stdout) });
    await onOutput({ stream: 'stderr', bytes: bytes(stderr) });
    return resultOf({ stdout, stderr, ...result });
  };

/** A promise that a test settles. */
const cue = (): { readonly given: Promise<void>; readonly give: () => void } => {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
};

const untilCancelled: Run = async (_request, { signal }) => {
  await whenAborted(signal);
  return resultOf({ status: 'cancelled', error: errorOf('cancelled', 'cancelled', '') });
};

describe('exit codes', () => {
  const codes: Record<RunStatus, number> = {
    ok: 0,
    error: 1,
    timeout: 124,
    cancelled: 130,
    'out-of-memory': 137,
    crashed: 70,
    'setup-failed': 70,
  };
  it.each(Object.entries(codes))('%s gives %i', async (status, code) => {
    const run: Run = async () => resultOf({ status: status as RunStatus });
    expect(await cli(['run', '-c', '1'], { run })).toMatchObject({ code, disposals: 1, stdout: '' });
    expect((await cli(['run', '-c', '1', '--json'], { run })).code).toBe(code);
  });
});

describe('text output', () => {
  it('passes bytes on as they are, then the value on a line of its own', async () => {
    const outcome = await cli(['run', '-c', '1'], {
      run: printing('a\u001b]0;t\u0007', 'warn', { value: { text: '42' } }),
    });
    expect(outcome).toMatchObject({ code: 0, stdout: 'a\u001b]0;t\u0007\n42\n', stderr: 'warn' });
    const atLineStart = await cli(['run', '-c', '1'], {
      run: printing('a\n', '', { value: { text: '42' } }),
    });
    expect(atLineStart.stdout).toBe('a\n42\n');
    const invalid: Run = async (_request, { onOutput }) => {
      await onOutput({ stream: 'stdout', bytes: new Uint8Array([0xff, 0x0a]) });
      return resultOf();
    };
    const sink: Buffer[] = [];
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        sink.push(chunk);
        done();
      },
    });
    await cli(['run', '-c', '1'], { run: invalid, stdout });
    expect(Buffer.concat(sink)).toEqual(Buffer.from([0xff, 0x0a]));
  });

  it('defuses what a terminal would obey', async () => {
    const outcome = await cli(['run', '-c', '1'], {
      stdoutIsTty: true,
      run: printing('\u001b]52;c;eA==\u0007\u001b[8m', '', { value: { text: '\u009b2J' } }),
    });
    expect(outcome.stdout).toBe('␛]52;c;eA==␇\u001b[8m\n\ufffd2J\n\u001b[0m');
  });

  it('prints the traceback on stderr', async () => {
    const traceback = 'Traceback (most recent call last):\nZeroDivisionError: division by zero';
    const run = printing('', 'partial', {
      status: 'error',
      error: errorOf('ZeroDivisionError', 'division by zero', traceback),
    });
    expect(await cli(['run', '-c', '1/0'], { run })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `partial\n${traceback}\n`,
    });
  });

  it.each([
    ['no luck', 'no luck\n'],
    ['3', 'vivarium: the script exited with code 3\n'],
    ['', ''],
  ])('prints SystemExit(%j) as %j', async (message, stderr) => {
    const run = printing('', '', {
      status: 'error',
      error: errorOf('SystemExit', message, 'Traceback…\nSystemExit'),
    });
    expect(await cli(['run', '-c', 'exit()'], { run })).toMatchObject({ code: 1, stderr });
  });

  it.each<[Partial<RunResult>, string[], string]>([
    [{ status: 'timeout' }, ['--timeout', '2'], 'stopped after 2 s (time limit); raise it with --timeout'],
    [{ status: 'timeout' }, [], 'stopped after 60 s (time limit); raise it with --timeout'],
    [
      { status: 'timeout', session: { id: 'x', state: 'lost' } },
      ['--session', 'x'],
      'stopped after 60 s (time limit), session "x" lost; raise it with --timeout',
    ],
    [{ status: 'cancelled' }, [], 'cancelled; run it again to start over'],
    [{ status: 'out-of-memory' }, [], 'out of memory (limit 1024 MiB); raise it with --memory'],
    [
      { status: 'out-of-memory' },
      ['--memory', '4096'],
      'out of memory (limit 4096 MiB); work on less data at a time',
    ],
    [
      { status: 'crashed', error: errorOf('crashed', 'exit code 139\n\u001b[2J', '') },
      [],
      'the sandbox crashed (exit code 139\\u{a}\\u{1b}[2J); nothing else was affected; run it again',
    ],
    [
      { status: 'setup-failed', error: errorOf('setup-failed', 'the runtime is damaged', '') },
      [],
      'the sandbox could not start (the runtime is damaged); mend that and run it again',
    ],
    [
      {
        status: 'setup-failed',
        error: errorOf('PackagesMissing', 'rich could not be obtained: no answer; check the network', ''),
      },
      [],
      'the script was not run, as a package is missing: rich could not be obtained: no answer; check the network',
    ],
    [
      { status: 'setup-failed', error: errorOf('PackagesMissing', 'a and b do not go together', '') },
      [],
      'the script was not run, as a package is missing: a and b do not go together; name another package, or another version of it',
    ],
    [
      { truncated: true },
      [],
      'the output was cut at 4096 KiB per stream: its beginning and end are kept; print less',
    ],
    [
      { truncated: true, notices: [{ code: 'files-left-out', message: 'the list is without "a\u202e\n"' }] },
      [],
      'the list is without "a\\u{202e}\\u{a}"',
    ],
  ])('says what happened: %j %j', async (result, argv, line) => {
    const outcome = await cli(['run', '-c', '1', ...argv], { run: printing('out\n', 'err', result) });
    expect(outcome.stderr).toBe(`err\nvivarium: ${line}\n`);
    expect(outcome.stdout).toBe('out\n');
  });

  it('leaves notices to the JSON with --json', async () => {
    const notices: RunResult['notices'] = [{ code: 'files-left-out', message: 'the list is without "a"' }];
    const outcome = await cli(['run', '--json', '-c', '1'], { run: printing('', '', { notices }) });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ notices });
    expect(outcome.stderr).toBe('');
  });

  it('waits for a slow reader', async () => {
    const stdout = new PassThrough({ highWaterMark: 10 });
    let sent = 0;
    const { outcome } = start(['run', '-c', '1'], {
      stdout,
      run: async (_request, { onOutput }) => {
        for (; sent < 1000; sent++) await onOutput({ stream: 'stdout', bytes: bytes('0123456789') });
        return resultOf();
      },
    });
    await eventually(() => expect(stdout.writableNeedDrain).toBe(true));
    // Whatever is sent all the same is sent in one of these turns.
    for (let turn = 0; turn < 100; turn++) await setImmediate();
    expect(sent).toBeLessThan(5);
    stdout.resume();
    expect((await outcome).code).toBe(0);
    expect(sent).toBe(1000);
  });
});

describe('--json', () => {
  it('prints the result and nothing else', async () => {
    const result = resultOf({
      status: 'error',
      stdout: 'é\u001b\u009b\u007f\n',
      error: errorOf('E', 'm', 't'),
    });
    const outcome = await cli(['run', '-c', '1', '--json'], { run: printing('é', 'x', result) });
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    expect(outcome.stdout).toMatch(/^[^\p{Cc}]+\n$/u);
    expect(JSON.parse(outcome.stdout)).toEqual(result);
  });

  it('prints a result also when the sandbox does not open or rejects', async () => {
    const unopened = await cli(['run', '-c', '1', '--json'], {
      openSandbox: async () => Promise.reject(new Error('Electron is missing')),
    });
    expect(unopened).toMatchObject({ code: 70, stderr: '' });
    expect(JSON.parse(unopened.stdout)).toMatchObject({
      status: 'setup-failed',
      error: { message: 'Electron is missing' },
    });
    const broken = await cli(['run', '-c', '1', '--json'], {
      run: async () => Promise.reject(new Error('channel closed')),
    });
    expect(broken).toMatchObject({ code: 70, disposals: 1 });
    expect(JSON.parse(broken.stdout)).toMatchObject({
      status: 'crashed',
      error: { message: 'channel closed' },
    });
  });
});

describe('interrupts', () => {
  it('cancel the run and tell its result', async () => {
    for (const argv of [
      ['run', '-c', '1'],
      ['run', '-c', '1', '--json'],
    ]) {
      const began = cue();
      const run: Run = (request, options) => {
        began.give();
        return untilCancelled(request, options);
      };
      const started = start(argv, { run });
      await began.given;
      started.interrupt();
      started.interrupt();
      const outcome = await started.outcome;
      expect(outcome).toMatchObject({ code: 130, disposals: 1 });
      if (argv.includes('--json')) expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'cancelled' });
      else expect(outcome.stderr).toBe('vivarium: cancelled; run it again to start over\n');
      expect(started.listeners()).toBe(0);
    }
  });

  it('give the result of a run that ended before the interrupt', async () => {
    const began = cue();
    const started = start(['run', '-c', '1'], {
      run: async (_request, { signal }) => {
        began.give();
        await whenAborted(signal);
        return resultOf({ value: { text: 'done' } });
      },
    });
    await began.given;
    started.interrupt();
    expect(await started.outcome).toMatchObject({ code: 0, stdout: 'done\n' });
  });

  it('while the sandbox opens: no run, and it is disposed of once it is there', async () => {
    let disposed = false;
    let ran = false;
    const [asked, opened] = [cue(), cue()];
    const started = start(['run', '-c', '1', '--json'], {
      openSandbox: async () => {
        asked.give();
        await opened.given;
        return {
          run: async () => {
            ran = true;
            return resultOf();
          },
          dispose: async () => {
            disposed = true;
          },
        };
      },
    });
    await asked.given;
    started.interrupt();
    opened.give();
    const outcome = await started.outcome;
    expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'cancelled' });
    expect([outcome.code, ran, disposed]).toEqual([130, false, true]);
  });

  it('while a script is typed: nothing is started', async () => {
    const stdin = new PassThrough();
    const started = start(['run', '-', '--json'], { stdin });
    await eventually(() => expect(stdin.readableFlowing).not.toBeNull());
    started.interrupt();
    const outcome = await started.outcome;
    expect(outcome).toMatchObject({ code: 130, opened: [] });
    expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'cancelled' });
  });

  it('a second time: the command ends at once, whatever hangs', async () => {
    const never = new Promise<never>(() => undefined);
    const [began, told] = [cue(), cue()];
    const run: Run = async (_request, { signal }) => {
      began.give();
      await whenAborted(signal);
      told.give();
      return never;
    };
    const started = start(['run', '-c', '1'], { run, dispose: () => never });
    await began.given;
    started.interrupt();
    await told.given;
    let left = false;
    const outcome = started.outcome.finally(() => (left = true));
    // Those that come at once belong to the first key press.
    await eventually(() => {
      started.interrupt();
      expect(left).toBe(true);
    });
    expect(await outcome).toMatchObject({ code: 130, disposals: 1, stdout: '' });
  });
});

describe('output that nobody takes', () => {
  const failing = (code: string): Writable =>
    new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
  const printingUntilCancelled: Run = async (request, options) => {
    while (!options.signal.aborted) {
      await options.onOutput({ stream: 'stdout', bytes: bytes('x\n') });
      await setImmediate();
    }
    return untilCancelled(request, options);
  };

  it('cancels the run, without a message, when the reader went away', async () => {
    const outcome = await cli(['run', '-c', '1'], { run: printingUntilCancelled, stdout: failing('EPIPE') });
    expect(outcome).toMatchObject({ code: 141, stderr: '', disposals: 1 });
    expect(await cli(['--help'], { stdout: failing('EPIPE') })).toMatchObject({ code: 141, stderr: '' });
    const json = await cli(['run', '-c', '1', '--json'], { stdout: failing('EPIPE') });
    expect(json).toMatchObject({ code: 141, stderr: '' });
  });

  it('says so when the disk is full', async () => {
    const outcome = await cli(['run', '-c', '1'], { run: printingUntilCancelled, stdout: failing('ENOSPC') });
    expect(outcome).toMatchObject({ code: 70, disposals: 1 });
    expect(outcome.stderr).toMatch(/^vivarium: standard output can't be written \(ENOSPC\); .*\n$/);
  });
});

it('says so when the sandbox does not shut down cleanly, and keeps the exit code', async () => {
  const outcome = await cli(['run', '-c', '1'], {
    dispose: async () => Promise.reject(new Error('still there')),
  });
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.stderr).toBe(
    'vivarium: the sandbox did not shut down cleanly: still there; look for leftover processes\n',
  );
});

it('has the run told of missing packages in words for a terminal', async () => {
  const used: unknown[] = [];
  const run: Run = async (_request, { adviceWording }) => {
    used.push(adviceWording);
    return resultOf();
  };
  await cli(['run', '-c', '1'], { run });
  expect(used).toEqual(['command-line']);
});

it.each([
  [true, false],
  [false, true],
])('the time that input takes counts, but at a terminal (%j): %j', async (stdinIsTty, counts) => {
  const told: unknown[] = [];
  const run: Run = async (_request, { countsInput, onInput }) => {
    told.push(typeof onInput, countsInput);
    return resultOf();
  };
  await cli(['run', '-c', '1'], { run, stdinIsTty });
  expect(told).toEqual(['function', counts]);
});
