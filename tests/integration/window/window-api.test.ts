/** `window.api` from the page itself: what it is made of, what it answers, and what hostile arguments do. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS, EVENTS } from '../../../src/shared/ipc/channels.ts';
import { DoctorReport } from '../../../src/shared/contract/doctor.ts';
import { RunResult } from '../../../src/shared/contract/run.ts';
import { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import { nativePython } from '../../support/native-python.ts';
import { enablePython, openVivariumWindow, type VivariumWindow } from '../../support/vivarium-window.ts';

/** Stands for a text that is too long to be in a test's name. */
const LONG = Symbol('a long text');

let window: VivariumWindow;

beforeAll(async () => {
  window = await openVivariumWindow();
});

afterAll(async () => {
  await window.close();
});

/** What every call of the page answers with. */
interface Answered {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

describe('its surface', () => {
  it('is the contract: these functions, nothing else, and none of it can be changed', async () => {
    const seen = await window.page.evaluate(() => {
      const features = Object.entries(globalThis.api).map(([name, feature]) => [
        name,
        Object.entries(feature as object)
          .map(([method, value]) => `${method}: ${typeof value}`)
          .sort(),
      ]);
      const hostile = globalThis as unknown as { api: { sandbox: Record<string, unknown>; more?: unknown } };
      // Refused without a word, since this is no strict code.
      hostile.api = { sandbox: {} };
      hostile.api.sandbox['run'] = null;
      hostile.api.more = 1;
      const kept = typeof globalThis.api.sandbox.run === 'function' && !('more' in globalThis.api);
      return { features: Object.fromEntries(features) as unknown, kept };
    });
    const methods = (feature: string): string[] =>
      [CALLS, EVENTS].flatMap((all) =>
        Object.keys((all as Readonly<Record<string, object>>)[feature] ?? {}).map(
          (name) => `${name}: function`,
        ),
      );
    expect(seen.features).toEqual({
      ...Object.fromEntries(Object.keys(CALLS).map((feature) => [feature, methods(feature).sort()])),
      // Its channels are those of the package.
      questions: ['answer: function', 'watch: function'],
    });
    expect(seen.kept).toBe(true);
  });

  it('says what the app is', async () => {
    const info = await window.page.evaluate(() => globalThis.api.app.info());
    expect(info).toMatchObject({
      ok: true,
      value: {
        versions: {
          pyodide: expect.stringMatching(/^\d+\.\d+\.\d+$/u) as string,
          python: expect.stringMatching(/^3\.\d+$/u) as string,
        },
        packaged: false,
        dataFolder: window.dataFolder,
      },
    });
  });
});

describe('settings', () => {
  it('begin with their defaults: off, and embedded', async () => {
    const answer = await window.page.evaluate(() => globalThis.api.config.get());
    expect(answer).toMatchObject({
      ok: true,
      value: { config: { plugins: { python: { enabled: false, runtime: 'embedded' } } }, notices: [] },
    });
  });

  it('are stored when they are set, and the page gets an event', async () => {
    const { answer, heard, afterwards } = await window.page.evaluate(async () => {
      const events: unknown[] = [];
      const stop = globalThis.api.config.onChange(({ keys }) => events.push(keys));
      const first = await globalThis.api.config.set('sandbox.timeoutSeconds', 30);
      stop();
      const before = events.length;
      await globalThis.api.config.set('sandbox.timeoutSeconds', 60);
      return { answer: first, heard: events, afterwards: events.length - before };
    });
    expect(answer).toMatchObject({
      ok: true,
      value: { saved: true, config: { sandbox: { timeoutSeconds: 30 } } },
    });
    expect([heard, afterwards]).toEqual([[['sandbox.timeoutSeconds']], 0]);
    const stored: unknown = JSON.parse(readFileSync(path.join(window.dataFolder, 'settings.json'), 'utf8'));
    expect(stored).toMatchObject({ sandbox: { timeoutSeconds: 60 } });
  });

  it.each<[string, unknown, RegExp]>([
    [
      'sandbox.timeoutSeconds',
      0,
      /^the setting sandbox\.timeoutSeconds must be from 0\.1 to 86400 seconds$/u,
    ],
    ['sandbox.timeoutSeconds', '60', /must be a number/u],
    ['sandbox.timeoutSeconds', null, /must be a number/u],
    ['sandbox.nothing', 1, /does not exist/u],
    ['sandbox', 1, /must be a group of settings/u],
    ['', 1, /does not exist/u],
    ['__proto__.polluted', 1, /does not exist/u],
    ['constructor.prototype.polluted', 1, /does not exist/u],
    ['plugins.python.__proto__', { enabled: true }, /does not exist/u],
    ['plugins.python.binpath', 'a\0b', /must not contain control characters/u],
    ['plugins.python.binpath', LONG, /must not be longer/u],
    ['sandbox.network.allow', ['*'], /has an entry 1 that must be a host/u],
  ])(
    '%s is refused what does not fit, with the reason, and the old value stays',
    async (name, given, message) => {
      const value = given === LONG ? 'a'.repeat(5000) : given;
      const before = await window.page.evaluate(() => globalThis.api.config.get());
      const answer = await window.page.evaluate(
        ([key, one]) => globalThis.api.config.set(key as 'general.theme', one as 'dark'),
        [name, value] as const,
      );
      expect(answer).toEqual({
        ok: false,
        error: { code: 'invalid-setting', message: expect.stringMatching(message) as string },
      });
      expect(await window.page.evaluate(() => globalThis.api.config.get())).toEqual(before);
      expect(await window.app.evaluate(() => 'polluted' in {})).toBe(false);
    },
  );
});

describe('hostile arguments', () => {
  it('of every kind get an answer from every function, and have no effect', async () => {
    const outcome = await window.page.evaluate(async () => {
      const cyclic: Record<string, unknown> = {};
      cyclic['self'] = cyclic;
      let deep: unknown = 1;
      for (let level = 0; level < 90; level++) deep = [deep];
      const hostile: [string, unknown][] = [
        ['nothing', undefined],
        ['null', null],
        ['a number', Number.NaN],
        ['a function', () => 'run'],
        ['a symbol', Symbol('s')],
        ['an object that contains itself', cyclic],
        ['an object nested deeply', deep],
        [
          'prototype keys',
          JSON.parse('{"__proto__": {"code": "1"}, "constructor": {"prototype": {"x": 1}}}'),
        ],
        ['a date', new Date()],
        ['a map', new Map([['code', '1']])],
        ['an error', new Error('e')],
        ['an element', document.body],
        ['the window', globalThis],
        ['a large text', 'x'.repeat(5_000_000)],
        ['a long array', Array.from({ length: 150_000 }, () => 0)],
        ['a bigint', 1n],
        ['shared memory', typeof SharedArrayBuffer === 'undefined' ? null : new Uint8Array(8)],
      ];
      // What would do something real with no argument at all is tested on its own.
      const left = new Set([
        'restart',
        'stop',
        'clear',
        'examine',
        'downloadPyodide',
        'clearPyodideCache',
        'find',
      ]);
      const answers: string[] = [];
      for (const [feature, methods] of Object.entries(globalThis.api)) {
        for (const [name, method] of Object.entries(
          methods as Record<string, (...given: unknown[]) => unknown>,
        )) {
          // Subscriptions, which throw.
          if (left.has(name) || name.startsWith('on') || name === 'watch') continue;
          for (const [what, value] of hostile) {
            const where = `${feature}.${name}(${what})`;
            try {
              const answer: unknown = await method(value, value);
              const failed =
                !((answer as Partial<Answered>).ok ?? true) ||
                typeof answer === 'boolean' ||
                (typeof answer === 'object' && answer !== null && 'error' in answer);
              if (!failed) answers.push(`${where} = ${JSON.stringify(answer).slice(0, 100)}`);
              if ((answer as Answered).error?.code === 'internal') answers.push(`${where}: internal`);
            } catch (error) {
              // The bridge itself refuses what it can't copy, in the page's own world.
              if (!/clone|copied|convert|recursion|depth/iu.test(String(error)))
                answers.push(`${where}: ${String(error)}`);
            }
          }
        }
      }
      return answers;
    });
    expect(outcome).toEqual([]);
    expect((await window.page.evaluate(() => globalThis.api.sandbox.status())).ok).toBe(true);
    expect(await window.app.evaluate(() => ['code', 'x', 'polluted'].filter((name) => name in {}))).toEqual(
      [],
    );
  });

  it('to a subscription are an error in the page', async () => {
    const said = await window.page.evaluate(() => {
      try {
        globalThis.api.sandbox.onRun('listen' as never);
        return 'subscribed';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(said).toMatch(/a subscription needs a function/u);
  });

  it('in a request name the field', async () => {
    const refused = await window.page.evaluate(async () => {
      const { run } = globalThis.api.sandbox;
      // Each its own id: two runs under way can't share one, and these are asked for at the same time.
      let asked = 0;
      const ask = (
        request: object,
        options: object = { runId: `request-${(asked += 1)}` },
      ): Promise<Answered> => run(request as { code: string }, options as { runId: string });
      const bytes = new Uint8Array(1);
      return Promise.all([
        ask({}),
        ask({ code: '1', session: '../up' }),
        ask({ code: '1', timeoutMs: -1 }),
        ask({ code: '1', files: [{ name: '../up', bytes }] }),
        ask({ code: '1', files: [{ name: '/etc/passwd', bytes }] }),
        ask({ code: '1', more: true }),
        ask({ code: '1' }, { runId: '' }),
        ask({ code: '1' }, {}),
      ]);
    });
    const words = refused.map(({ error }) => [error?.code, /\(([\w.]+)\)/u.exec(error?.message ?? '')?.[1]]);
    expect(words).toEqual([
      ['invalid-argument', 'code'],
      ['invalid-argument', 'session'],
      ['invalid-argument', 'timeoutMs'],
      ['invalid-argument', 'files.0.name'],
      ['invalid-argument', 'files.0.name'],
      ['invalid-argument', undefined],
      ['invalid-argument', 'runId'],
      ['invalid-argument', 'runId'],
    ]);
  });
});

describe('runs', () => {
  it('do not happen while Python is switched off', async () => {
    const answer = await window.page.evaluate(() =>
      globalThis.api.sandbox.run({ code: '1' }, { runId: 'off' }),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'disabled' } });
    expect(await window.page.evaluate(() => globalThis.api.sandbox.status())).toMatchObject({
      value: { state: { name: 'stopped' }, pid: null },
    });
  });

  it('answer with a result, and tell what they print before it', async () => {
    await enablePython(window.page);
    const { answer, events } = await window.page.evaluate(async () => {
      const told: unknown[] = [];
      const stop = globalThis.api.sandbox.onRun((event) => told.push(event));
      const code = 'import sys\nprint("one")\nprint("two", file=sys.stderr)\nprint("🐍")\n40 + 2';
      const result = await globalThis.api.sandbox.run({ code, session: 'a' }, { runId: 'first' });
      stop();
      return { answer: result, events: told };
    });
    const result = RunResult.parse(answer.ok ? answer.value : null);
    expect(result).toMatchObject({
      status: 'ok',
      value: { text: '42', json: 42 },
      stdout: 'one\n🐍\n',
      session: { id: 'a', state: 'kept' },
      runtime: 'embedded',
    });
    expect(events).toEqual([
      { type: 'text', runId: 'first', stream: 'stdout', text: 'one\n' },
      { type: 'text', runId: 'first', stream: 'stderr', text: 'two\n' },
      { type: 'text', runId: 'first', stream: 'stdout', text: '🐍\n' },
    ]);
  });

  it('are stopped, say that their state was kept, and the next one goes on from there', async () => {
    const outcome = await window.page.evaluate(async () => {
      const { cancel, onRun, run, status } = globalThis.api.sandbox;
      await run({ code: 'x = 5', session: 'loop' }, { runId: 'set' });
      const printed = new Promise<void>((resolve) => {
        const stop = onRun(({ runId }) => {
          if (runId !== 'loop') return;
          stop();
          resolve();
        });
      });
      const running = run({ code: 'print("on")\nwhile True: pass', session: 'loop' }, { runId: 'loop' });
      await printed;
      const [twice, during] = await Promise.all([run({ code: '1' }, { runId: 'loop' }), status()]);
      const cancelled = [await cancel('nothing'), await cancel('loop')];
      const next = await run({ code: 'x', session: 'loop' }, { runId: 'loop2' });
      return { twice, during, cancelled, stopped: await running, next };
    });
    expect(outcome.twice).toMatchObject({ ok: false, error: { code: 'duplicate-id' } });
    expect(outcome.during).toMatchObject({
      value: { runs: [{ runId: 'loop', session: 'loop', runtime: 'embedded' }] },
    });
    expect(outcome.cancelled).toEqual([
      { ok: true, value: false },
      { ok: true, value: true },
    ]);
    expect(outcome.stopped).toMatchObject({
      value: { status: 'cancelled', session: { state: 'kept' }, error: { line: 2 } },
    });
    expect(outcome.next).toMatchObject({ value: { status: 'ok', value: { json: 5 } } });
  });

  it('are forgotten by a reset', async () => {
    const outcome = await window.page.evaluate(async () => {
      const { reset, run } = globalThis.api.sandbox;
      await run({ code: 'y = 1', session: 'reset' }, { runId: 'r1' });
      const had = [await reset('reset'), await reset('reset')];
      return { had, after: await run({ code: 'y', session: 'reset' }, { runId: 'r2' }) };
    });
    expect(outcome.had).toEqual([
      { ok: true, value: true },
      { ok: true, value: false },
    ]);
    expect(outcome.after).toMatchObject({ value: { status: 'error', error: { type: 'NameError' } } });
  });

  it('use the user’s own Python once the settings say so, and back', async (context) => {
    const python = await nativePython(context);
    const outcome = await window.page.evaluate(async (file) => {
      const { config, native, plugin, sandbox } = globalThis.api;
      const checked = [await native.check(file), await native.check('/nowhere/python')];
      await config.set('plugins.python.binpath', '/nowhere/python');
      await config.set('plugins.python.runtime', 'native');
      const wrong = await sandbox.run({ code: '1' }, { runId: 'wrong' });
      await config.set('plugins.python.binpath', file);
      const right = await sandbox.run({ code: 'import sys; sys.executable' }, { runId: 'right' });
      const described = await plugin.info();
      await config.set('plugins.python.runtime', 'embedded');
      const back = await sandbox.run({ code: 'import sys; sys.platform' }, { runId: 'back' });
      return { checked, wrong, right, described, back };
    }, python);
    expect(outcome.checked).toMatchObject([
      { value: { usable: true, path: python } },
      { value: { usable: false, problem: { code: 'missing' } } },
    ]);
    expect(outcome.wrong).toMatchObject({
      value: {
        status: 'setup-failed',
        error: { message: expect.stringContaining('does not exist') as string },
      },
    });
    expect(outcome.right).toMatchObject({ value: { status: 'ok', runtime: 'native' } });
    expect(outcome.described).toMatchObject({
      value: { enabled: true, description: expect.stringContaining('not sandboxed') as string },
    });
    expect(outcome.back).toMatchObject({ value: { value: { text: 'emscripten' }, runtime: 'embedded' } });
  });
});

describe('what runs show, ask and leave', () => {
  it('is passed on in order: text, displays, the question; and the answer reaches the code', async () => {
    const { answers, events, result } = await window.page.evaluate(async () => {
      const told: unknown[] = [];
      const { answerInput, onRun, run } = globalThis.api.sandbox;
      const answered: unknown[] = [];
      const stop = onRun((event) => {
        told.push(event);
        if (event.type !== 'input') return;
        void answerInput('show', 'Ada').then((answer) => answered.push(answer));
      });
      const code = [
        'print("before")',
        'class Shown:',
        '    def _repr_html_(self): return "<b>shown</b>"',
        'display(Shown())',
        'name = input("name? ")',
        'name.upper()',
      ].join('\n');
      const ended = await run({ code, session: 'show' }, { runId: 'show' });
      stop();
      return { answers: answered, events: told, result: ended };
    });
    expect(result).toMatchObject({
      value: { status: 'ok', value: { text: 'ADA' }, outputs: [{ mime: { 'text/html': '<b>shown</b>' } }] },
    });
    expect(events).toMatchObject([
      { type: 'text', stream: 'stdout', text: 'before\n' },
      { type: 'output', mime: { 'text/html': '<b>shown</b>' } },
      ...(events.length > 3 ? [{ type: 'text' }] : []),
      { type: 'input', prompt: 'name? ' },
    ]);
    expect(answers).toEqual([{ ok: true, value: true }]);
  });

  it('ends with EOFError for an input that the person ended', async () => {
    const result = await window.page.evaluate(async () => {
      const { answerInput, onRun, run } = globalThis.api.sandbox;
      const stop = onRun((event) => {
        if (event.type === 'input') void answerInput('eof', null);
      });
      const ended = await run({ code: 'input()', session: 'show' }, { runId: 'eof' });
      stop();
      return ended;
    });
    expect(result).toMatchObject({ value: { status: 'error', error: { type: 'EOFError' } } });
  });

  it('can be stopped while it waits for an input', async () => {
    const result = await window.page.evaluate(async () => {
      const { cancel, onRun, run } = globalThis.api.sandbox;
      const stop = onRun((event) => {
        if (event.type === 'input') void cancel('wait');
      });
      const ended = await run({ code: 'input("wait")', session: 'show' }, { runId: 'wait' });
      stop();
      return ended;
    });
    expect(result).toMatchObject({ value: { status: 'cancelled' } });
  });

  it('files go in and come out', async () => {
    const outcome = await window.page.evaluate(async () => {
      const { files, readFile, run } = globalThis.api.sandbox;
      const bytes = new TextEncoder().encode('a,b\n1,2\n');
      const ran = await run(
        {
          code: 'text = open("in.csv").read()\nopen("out/up.csv", "w").write(text.upper()) if not __import__("os").makedirs("out") else None',
          session: 'files',
          files: [{ name: 'in.csv', bytes }],
        },
        { runId: 'files' },
      );
      const read = await readFile('files', 'out/up.csv');
      return {
        ran,
        listed: await files('files'),
        text: read.ok ? new TextDecoder().decode(read.value) : read.error,
        missing: await readFile('files', 'none.csv'),
        nobody: [await files('nobody'), await readFile('nobody', 'a')],
        climbing: await readFile('files', '../etc/passwd'),
      };
    });
    expect(outcome.ran).toMatchObject({ value: { status: 'ok', files: [{ name: 'out/up.csv', size: 8 }] } });
    const names = outcome.listed.ok ? outcome.listed.value.map(({ name }) => name) : [];
    expect(names.sort()).toEqual(['in.csv', 'out/up.csv']);
    expect(outcome.text).toBe('A,B\n1,2\n');
    expect(outcome.missing).toMatchObject({ ok: false, error: { code: 'not-found' } });
    expect(outcome.nobody).toMatchObject([
      { ok: false, error: { code: 'not-found' } },
      { ok: false, error: { code: 'not-found' } },
    ]);
    expect(outcome.climbing).toMatchObject({ ok: false, error: { code: 'invalid-argument' } });
  });
});

describe('the interpreter of other apps', () => {
  it('answers in its own shapes', async (context) => {
    const python = await nativePython(context);
    const answers = await window.page.evaluate(async (file) => {
      const { config, interpreter } = globalThis.api;
      await config.set('plugins.python.binpath', file);
      return {
        value: await interpreter.pyodide('{"a": [1, None]}'),
        text: await interpreter.pyodide('"é"'),
        printed: await interpreter.pyodide('print("a")\nNone'),
        failed: await interpreter.pyodide('1/0'),
        wrong: await interpreter.pyodide(42 as unknown as string),
        native: await interpreter.python('print("a")\n[1, 2]'),
        nativeFailed: await interpreter.python('1/0'),
        cached: await interpreter.isPyodideCached(),
      };
    }, python);
    expect(answers).toMatchObject({
      value: { result: '{\n  "a": [\n    1,\n    null\n  ]\n}' },
      text: { result: 'é' },
      printed: { result: 'a\n' },
      failed: { error: expect.stringContaining('ZeroDivisionError') as string },
      wrong: { error: 'there is no code to run; give it as text' },
      native: { result: ['a', '[1, 2]'] },
      nativeFailed: { error: expect.stringContaining('ZeroDivisionError') as string },
      cached: false,
    });
    expect(JSON.stringify(answers)).not.toContain(path.resolve(import.meta.dirname, '..', '..', '..'));
  });
});

describe('activity', () => {
  it('passes on events as they happen, and earlier ones on request', async () => {
    const { history, live } = await window.page.evaluate(async () => {
      const { history: past, onEvent, run } = globalThis.api.sandbox;
      const heard: unknown[] = [];
      const stop = onEvent((event) => heard.push(event));
      await run({ code: '1', session: 'activity' }, { runId: 'activity' });
      stop();
      return { history: await past(), live: heard };
    });
    const past = SandboxEvent.array().parse(history.ok ? history.value : null);
    expect(past.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'state',
        'process-started',
        'run-began',
        'run-ended',
        'session-ended',
      ]) as unknown,
    );
    const now = SandboxEvent.array().parse(live);
    expect(now.filter(({ type }) => type.startsWith('run-'))).toMatchObject([
      { type: 'run-began', session: 'activity' },
      { type: 'run-ended', session: 'activity', status: 'ok', state: 'kept' },
    ]);
  });
});

it('finds the interpreters of this computer', async (context) => {
  const python = await nativePython(context);
  const found = await window.page.evaluate(() => globalThis.api.file.find('python3'));
  expect(found).toMatchObject({ ok: true });
  expect(found.ok ? found.value.map((one) => one.path) : []).toContain(python);
});

it('examines the isolation once for callers at the same time', async () => {
  const [one, other] = await window.page.evaluate(() =>
    Promise.all([globalThis.api.doctor.examine(), globalThis.api.doctor.examine()]),
  );
  const report = DoctorReport.parse(one.ok ? one.value : null);
  expect(report.ok).toBe(true);
  expect(other).toEqual(one);
});

describe('the system’s dialogs', () => {
  /** Stands for a person: no display here has one. */
  const choose = (picked: string[], saved: string): Promise<void> =>
    window.app.evaluate(
      ({ dialog }, given) => {
        const { picked: filePaths, saved: filePath } = given;
        dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths });
        dialog.showSaveDialog = () => Promise.resolve({ canceled: filePath === '', filePath });
      },
      { picked, saved },
    );

  it('give the page a path, or null', async () => {
    await choose(['/usr/bin/python3'], '');
    const pick = () => window.page.evaluate(() => globalThis.api.file.pickFile({ title: 'Python' }));
    expect(await pick()).toEqual({ ok: true, value: '/usr/bin/python3' });
    await choose([], '');
    expect(await pick()).toEqual({ ok: true, value: null });
  });

  it('save bytes in the chosen file, or give the reason why not', async () => {
    const file = path.join(window.dataFolder, 'plot.png');
    const save = () =>
      window.page.evaluate(() => globalThis.api.file.saveFile('plot.png', new Uint8Array([1, 2, 3])));
    await choose([], file);
    expect(await save()).toEqual({ ok: true, value: { path: file } });
    expect([...readFileSync(file)]).toEqual([1, 2, 3]);
    await choose([], window.dataFolder);
    expect(await save()).toEqual({
      ok: false,
      error: { code: 'failed', message: 'the file was not saved: it is a folder; choose another place' },
    });
    await choose([], '');
    expect(await save()).toEqual({ ok: true, value: null });
  });
});

it('opens pages in the browser by their names only', async () => {
  await window.app.evaluate(({ shell }) => {
    const opened: string[] = [];
    shell.openExternal = (url) => Promise.resolve(void opened.push(url));
    Object.assign(globalThis, { opened });
  });
  const answers = await window.page.evaluate(async () => {
    const { openLink } = globalThis.api.app;
    const names = ['python-docs', 'https://example.org/', 'file:///etc/passwd', '__proto__', 'toString'];
    return Promise.all(names.map(async (name) => (await openLink(name as 'python-docs')).ok));
  });
  expect(answers).toEqual([true, false, false, false, false]);
  const opened = await window.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
  expect(opened).toEqual(['https://docs.python.org/3/']);
});
