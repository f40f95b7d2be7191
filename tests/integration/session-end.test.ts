/** What a session does as it ends in order, in a real process. */
import { describe, expect, it } from 'vitest';
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

  it('that has nothing to do starts nothing', async () => {
    expect(await sandbox().endSession('never-begun')).toEqual({ had: false, end: null });
  });
});
