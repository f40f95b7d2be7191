/** What runs show, write and ask for, in a locked-down process; hostile guests included. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/shared/limits.ts';
import type { CollectedFile, RunDisplay, RunResult } from '../../src/shared/contract/run.ts';
import { useSandbox } from '../support/either-sandbox.ts';

const LONG_MS = 120_000;

const sandbox = useSandbox();

/** Past `display`, straight to what takes the guest's JSON: as a hostile guest would. */
const RAW = 'send = display.__closure__[0].cell_contents._outputs._send\n';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('display', { timeout: LONG_MS }, () => {
  it('is passed on at once, in order with printed output, and is in the result', async () => {
    const events: string[] = [];
    const shown: RunDisplay[] = [];
    const code = `
import sys
class Plot:
    def _repr_png_(self): return bytes(100_000)
    def __repr__(self): return 'Plot()'
print('a'); display(Plot()); print('b'); display(2); print('c', file=sys.stderr)
Plot()`;
    const result = await sandbox().run(code, {
      onOutput: ({ stream, bytes }) => void events.push(`${stream} ${text(bytes).trim()}`),
      onDisplay: (display) => {
        events.push(`display ${display.mime['text/plain'] ?? ''}`);
        shown.push(display);
      },
    });
    expect(result).toMatchObject({ status: 'ok', truncated: false, value: { text: 'Plot()' } });
    expect(events).toEqual([
      'stdout a',
      'display Plot()',
      'stdout b',
      'display 2',
      'stderr c',
      'display Plot()',
    ]);
    expect(result.outputs).toEqual(shown);
    expect(Buffer.from(result.outputs[0]?.mime['image/png'] ?? '', 'base64')).toEqual(Buffer.alloc(100_000));
  });

  it('is cut to its budget, with a notice, and the run goes on', async () => {
    const code = `
for n in range(10):
    display({'text/html': 'x' * 5_000_000, 'text/plain': str(n)}, raw=True)
'end'`;
    const result = await sandbox().run(code);
    expect(result).toMatchObject({ status: 'ok', truncated: true, value: { text: 'end' } });
    const bytes = Buffer.byteLength(JSON.stringify(result.outputs));
    expect(bytes).toBeGreaterThan(LIMITS.totalDisplayBytes - LIMITS.displayBytes);
    expect(bytes).toBeLessThan(LIMITS.totalDisplayBytes);
    expect(result.outputs.at(-1)?.mime['text/plain']).toContain('no more are shown');
  });

  it('is kept of a run that was ended', async () => {
    const result = await sandbox().run('display(1)\nwhile True: pass', { timeoutMs: 1000 });
    expect(result).toMatchObject({ status: 'timeout', outputs: [{ mime: { 'text/plain': '1' } }] });
  });

  it.each([
    ['no JSON', `send('{')`],
    ['another form', `send('{"mime":{"text/plain":"x"},"cut":false}')`],
    ['a key that is none', `send('{"mime":[["__proto__","x"]],"cut":false}')`],
    ['a MIME type with a line end', String.raw`send('{"mime":[["text/html\\n","x"]],"cut":false}')`],
    ['too many types', `send('{"mime":[' + ','.join(['["a/b","x"]'] * 33) + '],"cut":false}')`],
    ['nested data', `send('{"mime":[["a/b",' + '[' * 100_000 + ']' * 100_000 + ']],"cut":false}')`],
  ])('a guest that sends %s ends its own run only', async (_what, attack) => {
    const result = await sandbox().run(`${RAW}${attack}\n'unreached?'`);
    expect(result).toMatchObject({
      status: 'crashed',
      outputs: [],
      error: { message: expect.stringContaining('what it shows has the wrong form') as string },
    });
    await sandbox().expectAlive();
  });

  it('a display that is not valid text is not passed on', async () => {
    const tries = `for thing in (1, None, [], b'x', print):
    try: send(thing)
    except AttributeError: pass
'done'`;
    const result = await sandbox().run(`${RAW}${tries}`);
    expect(result).toMatchObject({ status: 'ok', value: { text: 'done' }, outputs: [] });
  });

  it('a flood past the budgets is dropped, with a notice', async () => {
    const code = `${RAW}
for _ in range(20_000): send('{"mime":[["a/b","x"]],"cut":false}')
send('{"mime":[["a/b","' + 'x' * 40_000_000 + '"]],"cut":false}')
'done'`;
    const result = await sandbox().run(code);
    expect(result).toMatchObject({ status: 'ok', truncated: true, value: { text: 'done' } });
    expect(result.outputs).toHaveLength(LIMITS.displayCount);
    await sandbox().expectAlive();
  });
});

describe('files out', { timeout: LONG_MS }, () => {
  const runWith = async (code: string): Promise<{ files: CollectedFile[]; result: RunResult }> => {
    const files: CollectedFile[] = [];
    const result = await sandbox().run(code, { onFile: (file) => void files.push(file) });
    expect(result.status).toBe('ok');
    return { files, result };
  };
  const collect = async (code: string): Promise<CollectedFile[]> => (await runWith(code)).files;

  it('hands out the files of a run, whole', async () => {
    const files = await collect(`
import os
os.makedirs('a/b')
open('a/b/c.bin', 'wb').write(bytes(range(256)) * 10_000)
open('empty.txt', 'w').close()`);
    expect(files.map((file) => [file.kind, file.name])).toEqual([
      ['whole', 'a/b/c.bin'],
      ['whole', 'empty.txt'],
    ]);
    const [file] = files;
    const expected = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const bytes = file?.kind === 'whole' ? Buffer.from(file.bytes) : Buffer.alloc(0);
    expect(bytes.equals(Buffer.concat(Array.from({ length: 10_000 }, () => expected)))).toBe(true);
  });

  it('leaves out files that can not be handed out, and says why', async () => {
    const { files, result } = await runWith(`
open('bad\\nname', 'w').close()
open('back\\\\slash', 'w').close()
open('large', 'wb').truncate(${LIMITS.collectedFileBytes} + 1)
import os; os.symlink('/etc/hosts', 'link')
open('good', 'w').write('!')`);
    expect(files.map((file) => [file.name, file.kind === 'whole' ? text(file.bytes) : file.why])).toEqual([
      ['back/slash', ''],
      ['bad_name', ''],
      ['good', '!'],
      ['large', `more than ${LIMITS.collectedFileBytes} bytes`],
    ]);
    expect(result.files.map(({ name }) => name)).toEqual(['back/slash', 'bad_name', 'good', 'large']);
    expect(result.truncated).toBe(false);
    expect(result.notices.map(({ code }) => code)).toEqual(['files-renamed']);
  });

  it('more files than are listed do not end the run', async () => {
    const code = `
import os
for n in range(20_000): open(f'f{n:06}', 'w').close()`;
    const result = await sandbox().run(code, { timeoutMs: LONG_MS });
    expect(result).toMatchObject({ status: 'ok', truncated: true });
    expect(result.files).toHaveLength(1000);
  });

  it('names those in a session that are not whole yet, as they are still open', async () => {
    const session = 'unfinished';
    const runIn = (code: string): Promise<RunResult> => sandbox().run(code, { session });
    const { files, notices } = await runIn(
      'import zipfile\nz = zipfile.ZipFile("a.zip", "w")\nz.writestr("x", "y")\nlog = open("log", "w")\nn = log.write("x")',
    );
    expect(files.map(({ name }) => name)).toEqual(['a.zip', 'log']);
    expect(notices).toMatchObject([{ code: 'files-open', values: { files: '"a.zip"' } }]);
    expect((await runIn('1 + 1')).notices).toEqual([]);
    expect(await runIn('z.close()')).toMatchObject({ files: [{ name: 'a.zip' }], notices: [] });
    // The end of a program closes it.
    const program = await sandbox().run('import zipfile\nz = zipfile.ZipFile("a.zip", "w")');
    expect(program).toMatchObject({ files: [{ name: 'a.zip' }], notices: [] });
  });

  it("lists and reads a session's files between its runs", async () => {
    const session = 'files';
    expect(await sandbox().listFiles(session)).toBeNull();
    await sandbox().run('open("a.csv", "w").write("1,2");', { session });
    expect(await sandbox().listFiles(session)).toEqual([{ name: 'a.csv', size: 3, mime: 'text/csv' }]);
    expect(text(await sandbox().readFile(session, 'a.csv'))).toBe('1,2');
    await expect(sandbox().readFile(session, 'b.csv')).rejects.toThrow('there is no such file');
    await expect(sandbox().readFile('no-such-session', 'a.csv')).rejects.toThrow('the session has no files');
    await expect(sandbox().readFile(session, '../etc/passwd')).rejects.toThrow('climbs out of /workspace');
    // What the files are is still asked of Python, which the guest may have spoilt.
    await sandbox().run('import os\nos.mkdir("folder")', { session });
    await expect(sandbox().readFile(session, 'folder')).rejects.toThrow('it is not a regular file');
    expect((await sandbox().run('open("a.csv").read()', { session })).value?.text).toBe('1,2');
  });
});

describe('input', { timeout: LONG_MS }, () => {
  it('says which answers must not be shown', async () => {
    const asked: [string, boolean][] = [];
    const code = 'import getpass\n[input("Name? "), getpass.getpass("Key: "), input("Age? ")]';
    const result = await sandbox().run(code, {
      onInput: (prompt, _over, secret) => {
        asked.push([prompt, secret]);
        return Promise.resolve(prompt);
      },
    });
    expect(result).toMatchObject({ status: 'ok', value: { json: ['Name? ', 'Key: ', 'Age? '] } });
    expect(asked).toEqual([
      ['Name? ', false],
      ['Key: ', true],
      ['Age? ', false],
    ]);
  });

  it('waits for the answer and goes on with it', async () => {
    const prompts: string[] = [];
    const printed: string[] = [];
    const answers = ['Ödön', '', 'x'.repeat(200_000), null];
    const code = `
name = input('Name? ')
empty = input()
import sys
long = sys.stdin.readline()
try: input('more? ')
except EOFError: print('no more')
(name, empty, len(long), long[-2:])`;
    const result = await sandbox().run(code, {
      onOutput: ({ bytes }) => void printed.push(text(bytes)),
      onInput: (prompt) => {
        prompts.push(`${prompt}|${printed.join('')}`);
        return Promise.resolve(answers.shift() ?? null);
      },
    });
    expect(result).toMatchObject({ status: 'ok', value: { json: ['Ödön', '', 200_001, 'x\n'] } });
    expect(prompts).toEqual(['Name? |Name? ', '|Name? ', '|Name? ', 'more? |Name? more? ']);
    expect(result.stdout).toBe('Name? more? no more\n');
  });

  it('works in top-level await, and answers one question of many sessions at a time', async () => {
    const ask = async (session: string): Promise<string | undefined> =>
      (
        await sandbox().run('import asyncio\nawait asyncio.sleep(0)\ninput("?")', {
          session,
          onInput: () => Promise.resolve(session),
        })
      ).value?.text;
    expect(await Promise.all(['one', 'two', 'three'].map(ask))).toEqual(['one', 'two', 'three']);
  });

  it.each(['input()', 'import asyncio\nawait asyncio.sleep(0)\ninput()'])(
    'a question that a program does not answer ends with the time limit, the state kept: %j',
    async (code) => {
      const session = 'waits';
      await sandbox().run('kept = 1', { session });
      let aborted = false;
      const result = await sandbox().run(code, {
        session,
        timeoutMs: 1000,
        countsInput: true,
        onInput: (_prompt, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              resolve('too late');
            });
          }),
      });
      expect(result).toMatchObject({ status: 'timeout', session: { state: 'kept' } });
      expect(aborted).toBe(true);
      expect((await sandbox().run('kept', { session })).value?.text).toBe('1');
    },
  );

  it('takes its time where a person answers, and the code has its own all the same', async () => {
    const timeoutMs = 1500;
    const result = await sandbox().run('name = input()\nwhile True: pass', {
      session: 'takes-its-time',
      timeoutMs,
      onInput: () => delay(2 * timeoutMs, 'Ada'),
    });
    expect(result).toMatchObject({ status: 'timeout', session: { state: 'kept' } });
    expect(result.timing.runMs).toBeGreaterThan(3 * timeoutMs - 100);
    expect((await sandbox().run('name', { session: 'takes-its-time' })).value?.json).toBe('Ada');
  });

  it('stops waiting at a cancel', async () => {
    const stop = new AbortController();
    const result = await sandbox().run('input()', {
      signal: stop.signal,
      onInput: () => {
        stop.abort();
        return new Promise(() => undefined);
      },
    });
    expect(result.status).toBe('cancelled');
  });

  it('is the end of the file when nobody answers; a line that is too long is an error', async () => {
    expect(await sandbox().run('input()')).toMatchObject({ status: 'error', error: { type: 'EOFError' } });
    const result = await sandbox().run('input()', {
      onInput: () => Promise.resolve('x'.repeat(LIMITS.inputLineBytes + 1)),
    });
    expect(result).toMatchObject({ status: 'error', error: { type: 'OSError' } });
  });
});
