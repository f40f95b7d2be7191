/** What a session does as it ends in order, in a real process. */
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/shared/limits.ts';
import { eventually } from '../support/eventually.ts';
import { useSandbox } from '../support/either-sandbox.ts';

const LONG_MS = 120_000;

const sandbox = useSandbox();

describe('the end of a session', { timeout: LONG_MS }, () => {
  it('is that of a program: exit functions, generators, archives', async () => {
    const code = `
import atexit, zipfile
atexit.register(print, "bye")
def steps():
    try: yield 1
    finally: print("step undone")
steps_now = steps()
next(steps_now)
archive = zipfile.ZipFile("all.zip", "w")
archive.writestr("a.txt", "a")`;
    expect(await sandbox().run(code, { session: 'ends' })).toMatchObject({ status: 'ok', stdout: '' });
    const { end, had } = await sandbox().endSession('ends');
    expect(had).toBe(true);
    expect(end).toMatchObject({
      status: 'ok',
      stdout: 'bye\nstep undone\n',
      stderr: '',
      files: [{ name: 'all.zip', mime: 'application/zip' }],
      session: { id: 'ends', state: 'reset' },
    });
    expect(await sandbox().run('"archive" in globals()', { session: 'ends' })).toMatchObject({
      value: { text: 'False' },
      session: { state: 'kept' },
    });
    expect(await sandbox().reset('ends')).toBe(true);
  });

  it.each([
    ['a loop', 'while True: pass'],
    [
      'a loop that takes no interrupt',
      'while True:\n        try:\n            while True: pass\n        except BaseException: pass',
    ],
    ['a pause', 'import time; time.sleep(1000)'],
  ])('is not held up by an exit function with %s', async (_what, body) => {
    const code = `import atexit\n@atexit.register\ndef end():\n    ${body}`;
    expect(await sandbox().run(code, { session: 'hangs' })).toMatchObject({ status: 'ok' });
    const began = performance.now();
    expect(await sandbox().reset('hangs')).toBe(true);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await sandbox().run('1', { session: 'hangs' })).toMatchObject({ session: { state: 'kept' } });
    expect(await sandbox().reset('hangs')).toBe(true);
  });

  it('is told of to all that watch the sandbox, with what it printed on both streams', async () => {
    const code = `
import atexit, sys
atexit.register(print, "to stderr", file=sys.stderr)
atexit.register(print, "zum Schluß")`;
    expect(await sandbox().run(code, { session: 'told' })).toMatchObject({ status: 'ok' });
    await sandbox().reset('told');
    expect(sandbox().told('session-ended').at(-1)).toMatchObject({
      session: 'told',
      why: 'reset',
      printed: 'zum Schluß\nto stderr\n',
    });
    await sandbox().run('import atexit; atexit.register(lambda: [print("x" * 99) for _ in range(9999)])', {
      session: 'told',
    });
    await sandbox().reset('told');
    const { printed } = sandbox().told('session-ended').at(-1) ?? {};
    expect(printed?.length).toBeLessThanOrEqual(LIMITS.endTextBytes);
    expect(printed).toMatch(/^x{99}\n[^]*\n\[\.\.\. \d+ bytes left out \.\.\.\]\n[^]*x{99}\n$/u);
  });

  it('that has nothing to do starts nothing', async () => {
    expect(await sandbox().endSession('never-begun')).toEqual({ had: false, end: null });
  });
});

describe('the idle time of the process', { timeout: LONG_MS }, () => {
  const idle = useSandbox({ idleMs: 3000 });
  const END = 'import atexit; atexit.register(print, "bye of", NAME)';

  it('lets sessions come to their end first, all at once, and says what they printed', async () => {
    for (const name of ['a', 'b'])
      expect(await idle().run(`NAME = "${name}"\n${END}`, { session: name })).toMatchObject({ status: 'ok' });
    expect(
      await idle().run('import atexit; atexit.register(lambda: [None for _ in iter(int, 1)])', {
        session: 'hangs',
      }),
    ).toMatchObject({ status: 'ok' });
    await eventually(() =>
      expect(
        idle()
          .told('process-ended')
          .map(({ cause }) => cause),
      ).toContain('idle'),
    );
    const ended = idle()
      .told('session-ended')
      .map(({ printed, session, why }) => [session, why, printed]);
    expect(ended.sort()).toEqual([
      ['a', 'idle', 'bye of a\n'],
      ['b', 'idle', 'bye of b\n'],
      ['hangs', 'idle', expect.anything()],
    ]);
    expect(await idle().run('NAME', { session: 'a' })).toMatchObject({
      error: { type: 'NameError' },
      session: { state: 'lost' },
    });
  });
});
