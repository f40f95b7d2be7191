/** Loops of every kind: what an interrupt stops keeps its state; what ignores it loses its own, and no more. */
import { afterEach, describe, expect, it } from 'vitest';
import { useSandbox } from '../../support/either-sandbox.ts';
import { startRun } from '../../support/started-run.ts';

const sandbox = useSandbox({ memoryMiB: 256, spares: 2 });
const TIMEOUT_MS = 700;

describe('stopped by an interrupt', () => {
  const session = 'soft';

  it.each<[string, string, number | null]>([
    ['a tight loop', 'while True: pass', 2],
    ['a loop in a function', 'def f():\n  while True:\n    pass\nf()', 4],
    ['time.sleep', 'import time\ntime.sleep(3600)', 3],
    ['a top-level await', 'import asyncio\nawait asyncio.sleep(3600)', 3],
    ['asyncio.run', 'import asyncio\nasyncio.run(asyncio.sleep(3600))', 3],
    ['a storm of wake-ups', 'import asyncio\nwhile True: await asyncio.sleep(0)', 3],
    ['a loop that tidies up when it is interrupted', 'try:\n  while True: pass\nfinally: x += 0', 3],
    [
      'a loop that takes the interrupt and ends',
      'try:\n  while True: pass\nexcept KeyboardInterrupt: pass',
      null,
    ],
  ])('%s: the session lives, and the result says where it was', async (_name, code, line) => {
    await sandbox().run('x = globals().get("x", 0) + 1', { session });
    const result = await sandbox().run(`print("in")\n${code}`, { session, timeoutMs: TIMEOUT_MS });
    expect(result).toMatchObject({
      status: 'timeout',
      value: null,
      stdout: 'in\n',
      error: {
        type: 'Timeout',
        message: 'the code ran longer than its limit of 0.7 s and was interrupted',
      },
      session: { state: 'kept' },
    });
    if (line !== null) {
      expect(result.error?.line).toBe(line);
      expect(result.error?.traceback).toContain(`line ${line}`);
    }
    const after = await sandbox().run('x, 1 + 1', { session });
    expect(after).toMatchObject({ status: 'ok', session: { state: 'kept' } });
    expect(after.value?.text).toMatch(/^\([1-9]\d*, 2\)$/u);
  });

  it('by a cancel: the state is kept as well', async () => {
    await sandbox().run('y = 5', { session });
    const run = startRun(sandbox(), 'print("in", flush=True)\nwhile True: pass', { session });
    await run.printed;
    run.cancel();
    const result = await run.result;
    expect(result).toMatchObject({
      status: 'cancelled',
      error: { type: 'Cancelled', message: 'the run was cancelled and was interrupted' },
      session: { state: 'kept' },
    });
    // Printing may not have returned yet when the interrupt comes.
    expect([1, 2]).toContain(result.error?.line);
    expect(await sandbox().run('y', { session })).toMatchObject({ value: { json: 5 } });
  });

  it('that comes when the run is over does not affect the next one', async () => {
    for (let count = 0; count < 10; count++) {
      const run = startRun(sandbox(), 'print("in", flush=True)', { session });
      await run.printed;
      run.cancel();
      expect(['ok', 'cancelled']).toContain((await run.result).status);
      expect(await sandbox().run('sum(range(100_000))', { session })).toMatchObject({
        status: 'ok',
        session: { state: 'kept' },
      });
    }
  });
});

describe('not stopped by an interrupt', () => {
  const bystander = 'bystander';

  afterEach(async () => {
    expect(await sandbox().run('z', { session: bystander })).toMatchObject({
      value: { json: 7 },
      session: { state: 'kept' },
    });
  });

  it.each([
    [
      'swallowed KeyboardInterrupts',
      'while True:\n  try:\n    while True: pass\n  except KeyboardInterrupt: pass',
    ],
    ['SIGINT ignored', 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass'],
    ['a loop in C', 'sum(range(10**12))'],
    ['every exception swallowed', 'while True:\n  try:\n    while True: pass\n  except BaseException: pass'],
    [
      'a storm of tasks that refuse to be cancelled',
      'import asyncio\nasync def t():\n  while True:\n    try: await asyncio.sleep(0)\n    except BaseException: pass\nawait asyncio.gather(*(t() for _ in range(50)))',
    ],
  ])('%s: the interpreter is ended, the process and other sessions are kept', async (name, code) => {
    await sandbox().run('z = 7', { session: bystander });
    const pid = await sandbox().sidecarPid();
    const session = 'hard';
    await sandbox().run('x = 1', { session });
    const result = await sandbox().run(`print("in")\n${code}`, { session, timeoutMs: TIMEOUT_MS });
    expect(result, name).toMatchObject({
      status: 'timeout',
      stdout: 'in\n',
      error: {
        message: expect.stringContaining('did not react to an interrupt') as string,
        line: null,
      },
      session: { state: 'lost' },
    });
    expect(await sandbox().run('"x" in globals()', { session })).toMatchObject({ value: { json: false } });
    expect(await sandbox().sidecarPid()).toBe(pid);
  });
});
