import { setTimeout as delay } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/base/clock.ts';
import { nativeRunner, type NativeRunner } from '../../../src/main/native/native-runner.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { nativePython, nativePythons } from '../../support/native-python.ts';

// Other test files make such folders at the same time.
const temporary = mkdtempSync(path.join(os.tmpdir(), 'vivarium-native-test-'));
process.env['TMPDIR'] = temporary;
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

let binpath: string;
let runner: NativeRunner;
beforeEach(async (context) => {
  binpath = await nativePython(context);
  runner = nativeRunner({ binpath: () => binpath, clock: systemClock, outputKiB: () => 64 });
});
afterEach(() => runner.dispose());

/** Gives one line after the other, then the end; and what was asked, with what had been printed by then. */
const ask = async (
  code: string,
  lines: readonly string[],
  session?: string,
): Promise<{ result: RunResult; asked: [prompt: string, secret: boolean, printed: string][] }> => {
  const asked: [string, boolean, string][] = [];
  const left = [...lines];
  let printed = '';
  const result = await runner.run(
    { code, timeoutMs: 30_000, ...(session === undefined ? {} : { session }) },
    {
      onOutput: ({ bytes }) => {
        printed += Buffer.from(bytes).toString();
      },
      onInput: (prompt, _over, secret) => {
        asked.push([prompt, secret, printed]);
        return Promise.resolve(left.shift() ?? null);
      },
    },
  );
  return { result, asked };
};

describe.each([
  ['a program', undefined],
  ['a session', 's'],
])('input() of %s', (_name, session) => {
  it('asks with its prompt after what was printed before, and gets the line', async () => {
    const code = 'print("hello")\nname = input("Name? ")\nage = input()\nname, age';
    const { asked, result } = await ask(code, ['Zoë', ''], session);
    expect(result).toMatchObject({ status: 'ok', stdout: 'hello\nName? ', value: { json: ['Zoë', ''] } });
    expect(asked).toEqual([
      ['Name? ', false, 'hello\nName? '],
      ['', false, 'hello\nName? '],
    ]);
  });

  it('finds the end of the file, and sys.stdin is the same input', async () => {
    const code =
      'import sys\nrest = sys.stdin.read()\ntry: input("more? ")\nexcept EOFError as error: told = str(error)\nrest, told';
    const { result } = await ask(code, ['a', 'b'], session);
    expect(result).toMatchObject({ status: 'ok', value: { json: ['a\nb\n', 'EOF when reading a line'] } });
    const each = await ask('import sys\n[line.strip() for line in sys.stdin]', ['1', '2', '3'], session);
    expect(each.result.value?.json).toEqual(['1', '2', '3']);
  });

  it('takes long lines in parts, and none that is too long', async () => {
    const long = 'é'.repeat(200_000);
    const { result } = await ask('line = input()\nlen(line), line == "é" * 200_000', [long], session);
    expect(result.value?.json).toEqual([200_000, true]);
    const tooLong = await ask('input()', ['x'.repeat(LIMITS.inputLineBytes + 1)], session);
    expect(tooLong.result).toMatchObject({ status: 'error', error: { type: 'OSError' } });
  });

  it('does not show a password, nor a prompt that is too long', async () => {
    const { asked, result } = await ask(
      'import getpass\nsecret = getpass.getpass("Key: ")\nn = input("p" * 5000 + "🐢")\nsecret',
      ['hunter2', ''],
      session,
    );
    expect(result).toMatchObject({ status: 'ok', value: { json: 'hunter2' }, stderr: 'Key: \n' });
    expect(asked.map(([prompt, secret]) => [prompt.length, secret])).toEqual([
      [5, true],
      [LIMITS.promptLength, false],
    ]);
  });

  it('says why there is none when nobody answers', async () => {
    const result = await runner.run({ code: 'input("Name? ")', ...(session && { session }) });
    expect(result).toMatchObject({ status: 'error', stdout: 'Name? ', error: { type: 'EOFError', line: 1 } });
    expect(result.error?.message).toContain('is given no input');
    expect(result.error?.traceback).not.toContain('vivarium');
    expect(
      await runner.run({ code: 'import sys\nsys.stdin.read()', ...(session && { session }) }),
    ).toMatchObject({
      status: 'ok',
      value: { json: '' },
    });
  });

  it('takes the time of a person, which is not that of the code', async () => {
    const timeoutMs = 4000;
    const result = await runner.run(
      { code: 'name = input()\nname.upper()', timeoutMs, ...(session && { session }) },
      { onInput: () => delay(2 * timeoutMs, 'Ada') },
    );
    expect(result).toMatchObject({ status: 'ok', value: { json: 'ADA' } });
  });

  it('is broken off by a cancel', async () => {
    const stop = new AbortController();
    let over: AbortSignal | undefined;
    const result = await runner.run(
      { code: 'try:\n    input("wait")\nfinally:\n    print("tidy")', ...(session && { session }) },
      {
        signal: stop.signal,
        onInput: (_prompt, signal) => {
          over = signal;
          stop.abort();
          return new Promise(() => undefined);
        },
      },
    );
    expect(result).toMatchObject({
      status: 'cancelled',
      stdout: process.platform === 'win32' ? (expect.anything() as string) : 'waittidy\n',
    });
    expect(over?.aborted).toBe(true);
    if (session !== undefined) {
      expect(result.session.state).toBe('kept');
      // The answer that comes late is nobody's.
      expect((await ask('input("next")', ['right'], session)).result).toMatchObject({
        value: { json: 'right' },
      });
    }
  });
});

it('in every Python that is installed here', { timeout: 240_000 }, async (context) => {
  for (const { path: at, version } of await nativePythons(context)) {
    binpath = at;
    for (const session of [undefined, `s-${version}`]) {
      const { result } = await ask('input("a"), input("b")', ['1', 'ż'], session);
      expect(result).toMatchObject({ status: 'ok', stdout: 'ab', value: { json: ['1', 'ż'] } });
    }
  }
});

it('what a run has not read is not the next one’s', async () => {
  expect((await ask('import sys\nsys.stdin.read(2)', ['abcdef'], 's')).result.value?.json).toBe('ab');
  expect((await ask('input()', ['new'], 's')).result.value?.json).toBe('new');
  expect((await ask('exit()', [], 's')).result.status).toBe('ok');
  expect((await ask('input()', ['again'], 's')).result.value?.json).toBe('again');
});

it('a thread and a forked child of the code find the end of the file', async (context) => {
  if (process.platform === 'win32') context.skip();
  const code = `
import os, threading
told = []
def f():
    try: input("thread? ")
    except EOFError as error: told.append(str(error))
thread = threading.Thread(target=f); thread.start(); thread.join()
pid = os.fork()
if pid == 0:
    try: input("child? ")
    except EOFError: os._exit(5)
told, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), input("main? ")`;
  const { asked, result } = await ask(code, ['yes'], 's');
  expect(asked.map(([prompt]) => prompt)).toEqual(['main? ']);
  expect(result.value?.json).toEqual([[expect.stringContaining('no input')], 5, 'yes']);
});
