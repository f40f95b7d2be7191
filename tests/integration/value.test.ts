/** What a run gives back: its value, output, errors and files, in a locked-down process. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunOutput, RunResult } from '../../src/shared/contract/run.ts';
import { useSandbox } from '../support/either-sandbox.ts';
import { type RunningOptions } from '../support/test-sandbox.ts';
import { MIB } from '../../src/shared/units.ts';

/** What is said between the two ends of long output, and the part of a line that is left out with it, in bytes. */
const WORDS_AND_LINE = 200;

const sandbox = useSandbox();
afterAll(() => sandbox().expectAlive());

/** In a session that all of these tests share: none of them leaves anything behind that another one sees. */
const inSession = (code: string, options: RunningOptions = {}): Promise<RunResult> =>
  sandbox().run(code, { session: 'values', ...options });

const bytesOf = (outputs: readonly RunOutput[], stream: RunOutput['stream']): Buffer =>
  Buffer.concat(outputs.filter((output) => output.stream === stream).map(({ bytes }) => bytes));

/** A fault in Python's own words, and nothing that points outside of the guest. */
const expectGuestTraceback = (result: RunResult): void => {
  const traceback = result.error?.traceback ?? '';
  expect(traceback).not.toBe('');
  const files = [...traceback.matchAll(/File "([^"]*)"/gu)].map(([, file]) => file ?? '');
  for (const file of files) expect(file).toMatch(/^(?:<script(?: \d+)?>|\/lib\/python)/u);
  expect(traceback).not.toMatch(/vivarium|node_modules|worker|sidecar|electron|file:\/\/|wasm/iu);
};

describe('the value', () => {
  it('is that of a fresh run', async () => {
    expect(await sandbox().run('1+1')).toMatchObject({
      status: 'ok',
      value: { text: '2', json: 2 },
      stdout: '',
      stderr: '',
      truncated: false,
      outputs: [],
      files: [],
      error: null,
      session: { state: 'reset' },
      packages: [],
      runtime: 'embedded',
    });
  });

  it.each([
    ['an expression', '1+1', '2', 2],
    ['an expression before comments', 'x = 20\nx + 1  # first\n\n# second\n   # third', '21', 21],
    ['an expression over several lines', 'sum(\n  [1,\n   2]\n)', '3', 3],
    ['text as such', "'a' 'b'", 'ab', 'ab'],
    ['a top-level await', 'import asyncio\nawait asyncio.sleep(0, "slept")', 'slept', 'slept'],
    ['a statement and a top-level await', 'import asyncio\nx = await asyncio.sleep(0, 5)\nx * 2', '10', 10],
    ['CJK', '"你好，世界"', '你好，世界', '你好，世界'],
    ['emoji beyond the BMP', '"👩‍👩‍👧 🏳️‍🌈"', '👩‍👩‍👧 🏳️‍🌈', '👩‍👩‍👧 🏳️‍🌈'],
    ['combining characters, not normalised', '"e\\u0301é"', 'e\u0301é', 'e\u0301é'],
    ['NUL and other controls', '"a\\0b\\x1b"', 'a\0b\x1b', 'a\0b\x1b'],
    ['the largest exact integer', '2**53-1', '9007199254740991', 9007199254740991],
    [
      'nested JSON',
      '{"a": [1, 2.5, None, True], "b": {}}',
      "{'a': [1, 2.5, None, True], 'b': {}}",
      {
        a: [1, 2.5, null, true],
        b: {},
      },
    ],
    [
      'asyncio.run',
      'import asyncio\nasync def f():\n  await asyncio.sleep(0)\n  return 7\nasyncio.run(f())',
      '7',
      7,
    ],
    ['False, which is a value', 'False', 'False', false],
    ['the empty text, which is a value', '""', '', ''],
  ])('of %s', async (_name, code, text, json) => {
    expect(await inSession(code)).toMatchObject({ status: 'ok', error: null, value: { text, json } });
  });

  it.each([
    ['None', 'None'],
    ['a call that returns None', 'print(end="")'],
    ['an assignment', 'x = 1'],
    ['nothing at all', ''],
    ['comments only', '# nothing\n# here'],
    ['a semicolon at the end', '1+1;'],
    ['a definition', 'def f():\n  return 1'],
  ])('is none for %s', async (_name, code) => {
    expect(await inSession(code)).toMatchObject({ status: 'ok', value: null, error: null });
  });

  it.each([
    ['not exact as a number', '2**53', '9007199254740992'],
    ['not finite', 'float("nan")', 'nan'],
    ['bytes', 'b"a"', "b'a'"],
    ['a set', '{1}', '{1}'],
    ['a dict with keys that are no text', '{1: 2}', '{1: 2}'],
    ['cyclic', 'x = []; x.append(x); x', '[[...]]'],
    ['a lone surrogate', '"\\ud800"', '\\ud800'],
    ['lazily huge', 'range(10**15)', 'range(0, 1000000000000000)'],
  ])('has text but no JSON when it is %s', async (_name, code, text) => {
    const { status, value } = await inSession(code);
    expect({ status, value }).toEqual({ status: 'ok', value: { text } });
  });

  it('is cut when it is huge', async () => {
    const { status, value, truncated } = await inSession('"é" * 3_000_000');
    expect({ status, truncated }).toEqual({ status: 'ok', truncated: true });
    const [, start = '', count, end = ''] =
      /^(é+)\n\[\.\.\. (\d+) characters left out \.\.\.\]\n(é+)$/u.exec(value?.text ?? '') ?? [];
    expect(start.length + Number(count) + end.length).toBe(3_000_000);
    expect(MIB - (value?.text.length ?? 0)).toBeOneOf([0, 1, 2]);
    expect(value).not.toHaveProperty('json');
  });

  it('is a placeholder when it cannot be shown', async () => {
    const { status, value } = await inSession('class A:\n  def __str__(self): 1/0\nA()');
    expect(status).toBe('ok');
    expect(value?.text).toBe(
      'a value of type A that has no text: its __str__ raised ZeroDivisionError: division by zero',
    );
  });

  it.each([
    ['__repr__', 'class A:\n  def __repr__(self):\n    while True: pass\nA()'],
    ['__str__', 'class A:\n  def __str__(self):\n    while True: pass\nA()'],
    ['__repr__ of an element', 'class A:\n  def __repr__(self):\n    while True: pass\n[A()]'],
    ['__str__ of an exception', 'class A(Exception):\n  def __str__(self):\n    while True: pass\nraise A()'],
    [
      '__getattribute__ of a metaclass',
      'class M(type):\n  def __getattribute__(c, n):\n    while True: pass\nclass A(metaclass=M):\n  def __str__(self): return str(type(self).name)\nA()',
    ],
  ])('whose %s loops for ever ends the run at the time limit', async (_name, code) => {
    const result = await sandbox().run(code, { timeoutMs: 1000 });
    expect(result).toMatchObject({
      status: 'timeout',
      value: null,
      error: { type: 'Timeout' },
      session: { state: 'lost' },
    });
  });

  it('with a hostile __class__ is described without asking it', async () => {
    const { status, value } = await inSession(
      'class A:\n  @property\n  def __class__(self): raise SystemExit(9)\n  def __str__(self): return "fine"\nA()',
    );
    expect({ status, value }).toEqual({ status: 'ok', value: { text: 'fine' } });
  });
});

describe('output', () => {
  it('keeps its two streams apart', async () => {
    const result = await inSession(
      'import sys\nprint("out")\nprint("err", file=sys.stderr)\nprint("out", 2)',
    );
    expect(result).toMatchObject({ stdout: 'out\nout 2\n', stderr: 'err\n', truncated: false });
  });

  it('is unicode', async () => {
    const { stdout } = await inSession('print("你好 👩‍👩‍👧 e\\u0301 \\ufeffBOM")');
    expect(stdout).toBe('你好 👩‍👩‍👧 e\u0301 \ufeffBOM\n');
  });

  it('may be any bytes: raw in the stream, replaced in the text', async () => {
    const outputs: RunOutput[] = [];
    const result = await inSession(
      'import sys\nsys.stdout.buffer.write(b"a\\xff\\xfe\\x00" + "é".encode()[:1])\nsys.stdout.buffer.flush()',
      { onOutput: (output) => void outputs.push(output) },
    );
    expect(bytesOf(outputs, 'stdout')).toEqual(Buffer.from([0x61, 0xff, 0xfe, 0x00, 0xc3]));
    expect(result.stdout).toBe('a\ufffd\ufffd\0\ufffd');
  });

  it('joins characters that were cut between two writes', async () => {
    const { stdout } = await inSession(
      'import sys\nfor b in "👩é你".encode():\n  sys.stdout.buffer.write(bytes([b])); sys.stdout.buffer.flush()',
    );
    expect(stdout).toBe('👩é你');
  });

  it('without a newline at its end is delivered', async () => {
    expect(await inSession('print("no newline", end="")')).toMatchObject({ stdout: 'no newline' });
  });

  it.each([
    ['short lines', 'for i in range(200_000): print("x" * 9)', 2_000_000],
    ['one endless line', 'import sys\nfor i in range(64): sys.stdout.write("x" * 65_536)', 4 * MIB],
  ])('is cut at its cap: %s', async (_name, code) => {
    const outputs: RunOutput[] = [];
    const result = await sandbox().run(code, { onOutput: (output) => void outputs.push(output) });
    expect({ status: result.status, truncated: result.truncated }).toEqual({ status: 'ok', truncated: true });
    const length = Buffer.byteLength(result.stdout);
    expect(length).toBeLessThanOrEqual(MIB);
    expect(length).toBeGreaterThan(MIB - WORDS_AND_LINE);
    expect(bytesOf(outputs, 'stdout').length).toBe(length);
  });

  it('has a cap for each stream, and says nothing was cut when nothing was', async () => {
    const result = await inSession(`import sys\nprint("x" * ${MIB - 1})\nprint("y" * 10, file=sys.stderr)`);
    expect(result).toMatchObject({ status: 'ok', truncated: false, stderr: 'yyyyyyyyyy\n' });
    expect(result.stdout.length).toBe(MIB);
  });

  it('stays bounded while the guest writes without end', async () => {
    const result = await sandbox().run(
      'import sys\nwhile True:\n  sys.stdout.write("A" * 65536)\n  sys.stderr.write("B" * 65536)',
      {
        timeoutMs: 3000,
      },
    );
    expect(result).toMatchObject({ status: 'timeout', truncated: true });
    for (const { length } of [result.stdout, result.stderr]) {
      expect(length).toBeLessThanOrEqual(MIB);
      expect(length).toBeGreaterThan(MIB - WORDS_AND_LINE);
    }
  });

  it('arrives before the run has ended', async () => {
    const controller = new AbortController();
    let seen = '';
    const result = await sandbox().run('print("early", flush=True)\nwhile True: pass', {
      signal: controller.signal,
      onOutput: ({ bytes }) => {
        seen += Buffer.from(bytes).toString();
        // The code never ends: had the output waited for its end, this would not be reached.
        if (seen.includes('early')) controller.abort();
      },
    });
    expect(result).toMatchObject({ status: 'cancelled', stdout: 'early\n' });
  });

  it('arrives while the guest awaits', async () => {
    const controller = new AbortController();
    const result = await sandbox().run('import asyncio\nprint("early")\nawait asyncio.sleep(3600)', {
      signal: controller.signal,
      onOutput: () => controller.abort(),
    });
    expect(result).toMatchObject({ status: 'cancelled', stdout: 'early\n' });
  });

  it('has no standard input: reading finds the end of the file', async () => {
    expect(await inSession('import sys\nsys.stdin.read()')).toMatchObject({
      status: 'ok',
      value: { text: '' },
    });
    expect(await inSession('input("name? ")')).toMatchObject({
      status: 'error',
      stdout: 'name? ',
      error: { type: 'EOFError', line: 1 },
    });
  });
});

describe('errors', () => {
  it('of syntax name the line', async () => {
    const result = await inSession('x = 1\nif x\n  pass');
    expect(result).toMatchObject({ status: 'error', value: null, error: { type: 'SyntaxError', line: 2 } });
    expectGuestTraceback(result);
  });

  it('of syntax come before anything has run', async () => {
    expect(await inSession('print("never")\n)')).toMatchObject({
      status: 'error',
      stdout: '',
      error: { line: 2 },
    });
  });

  it('have guest frames only', async () => {
    const result = await sandbox().run('import json\ndef f():\n  return json.loads("{")\n\nf()');
    expect(result).toMatchObject({
      status: 'error',
      value: null,
      error: { type: 'json.decoder.JSONDecodeError', line: 3 },
    });
    expectGuestTraceback(result);
    expect(result.error?.traceback).toContain('File "<script>", line 3, in f\n    return json.loads("{")');
  });

  it('have guest frames only after an await', async () => {
    const result = await inSession(
      'import asyncio\nasync def f():\n  await asyncio.sleep(0)\n  1/0\nawait asyncio.gather(f())',
    );
    expect(result).toMatchObject({ status: 'error', error: { type: 'ZeroDivisionError', line: 4 } });
    expectGuestTraceback(result);
  });

  it('keep the output that came before', async () => {
    expect(await inSession('print("before")\nraise ValueError("é")')).toMatchObject({
      status: 'error',
      stdout: 'before\n',
      error: { type: 'ValueError', message: 'é', line: 2 },
    });
  });

  it.each([
    ['sys.exit()', 'import sys\nprint("x")\nsys.exit()\nprint("y")', null],
    ['sys.exit(0)', 'import sys\nprint("x")\nsys.exit(0)\nprint("y")', null],
    ['sys.exit(3)', 'import sys\nprint("x")\nsys.exit(3)\nprint("y")', '3'],
    ['sys.exit("msg")', 'import sys\nprint("x")\nsys.exit("msg")\nprint("y")', 'msg'],
  ])('%s', async (_name, code, message) => {
    expect(await inSession(code)).toMatchObject({
      status: message === null ? 'ok' : 'error',
      value: null,
      stdout: 'x\n',
      error: message === null ? null : { type: 'SystemExit', message, line: 3 },
      session: { state: 'kept' },
    });
  });

  it('KeyboardInterrupt in a task ends the run, not the session', async () => {
    const code =
      'import asyncio\nasync def f():\n  raise KeyboardInterrupt\nt = asyncio.ensure_future(f())\nawait asyncio.sleep(30)';
    const result = await inSession(code);
    expect(result).toMatchObject({
      status: 'error',
      error: { type: 'KeyboardInterrupt' },
      session: { state: 'kept' },
    });
    expect(await inSession('"still " + "here"')).toMatchObject({ value: { text: 'still here' } });
  });

  it('SystemExit in a task that nobody awaits is reported on stderr', async () => {
    const code =
      'import asyncio\nasync def f():\n  raise SystemExit(4)\nt = asyncio.ensure_future(f())\nawait asyncio.sleep(0.01, 7)';
    const result = await inSession(code);
    expect(result).toMatchObject({ status: 'ok', value: { json: 7 }, session: { state: 'kept' } });
    expect(result.stderr).toMatch(/never retrieved[\s\S]*SystemExit: 4/u);
  });

  it('SystemExit in an awaited task is the error of the run', async () => {
    const code = 'import asyncio\nasync def f():\n  raise SystemExit(4)\nawait asyncio.gather(f())';
    expect(await inSession(code)).toMatchObject({
      status: 'error',
      error: { type: 'SystemExit', message: '4' },
    });
  });

  it('raised in asyncio.run are errors of the run', async () => {
    const code = 'import asyncio\nasync def f():\n  raise LookupError("x")\nasyncio.run(f())';
    expect(await inSession(code)).toMatchObject({
      status: 'error',
      error: { type: 'LookupError', message: 'x' },
    });
  });
});

describe('files', () => {
  it('given are in the working directory, which is /workspace', async () => {
    const big = randomBytes(5 * MIB + 13);
    const result = await sandbox().run(
      [
        'import hashlib, os, pathlib',
        'print(os.getcwd())',
        'print(sorted(str(p) for p in pathlib.Path().rglob("*") if p.is_file()))',
        'print(pathlib.Path("a/b/c.txt").read_text())',
        'print(pathlib.Path("empty").read_bytes())',
        'import helper',
        'print(helper.x)',
        'hashlib.sha256(open("big.bin", "rb").read()).hexdigest()',
      ].join('\n'),
      {
        files: [
          { name: 'a/b/c.txt', bytes: Buffer.from('nested é') },
          { name: '数据 1.csv', bytes: Buffer.from('x') },
          { name: 'empty', bytes: new Uint8Array() },
          { name: 'helper.py', bytes: Buffer.from('x = 42') },
          { name: 'big.bin', bytes: big },
        ],
      },
    );
    expect(result).toMatchObject({ status: 'ok', files: [] });
    expect(result.stdout.split('\n')).toEqual([
      '/workspace',
      "['a/b/c.txt', 'big.bin', 'empty', 'helper.py', '数据 1.csv']",
      'nested é',
      "b''",
      '42',
      '',
    ]);
    expect(result.value?.text).toBe(createHash('sha256').update(big).digest('hex'));
  });

  it('that are new or changed are listed, others are not', async () => {
    const result = await sandbox().run(
      [
        'import os',
        'os.makedirs("out/deep")',
        'open("out/deep/t.csv", "w").write("a,b")',
        'open("changed.txt", "a").write("!")',
        'open("图.png", "wb").write(bytes(10))',
        'os.remove("gone.txt")',
        'open("/tmp/elsewhere", "w").write("x");',
      ].join('\n'),
      {
        files: ['same.txt', 'changed.txt', 'gone.txt'].map((name) => ({ name, bytes: Buffer.from('x') })),
      },
    );
    expect(result).toMatchObject({ status: 'ok', value: null });
    expect(result.files).toEqual([
      { name: 'changed.txt', size: 2, mime: 'text/plain' },
      { name: 'out/deep/t.csv', size: 3, mime: 'text/csv' },
      { name: '图.png', size: 10, mime: 'image/png' },
    ]);
  });

  it('written before an error are listed too', async () => {
    const result = await sandbox().run('open("a.txt", "w").write("x")\n1/0');
    expect(result).toMatchObject({ status: 'error', files: [{ name: 'a.txt', size: 1 }] });
  });

  it.each(['../x', '/x', 'a/../../x', 'a\\b', '.', 'a//b', '\0'])('named %j are refused', async (name) => {
    await expect(sandbox().run('1', { files: [{ name, bytes: Buffer.from('x') }] })).rejects.toThrow(
      /file name/u,
    );
  });
});

describe('sessions', () => {
  it('two runs without a session see nothing of each other', async () => {
    const look = [
      'import builtins, json, os, random, sys, uuid',
      'seen = json.dumps([',
      '  "left" in globals(), hasattr(builtins, "left"), hasattr(json, "left"), "left" in sys.modules,',
      '  "LEFT" in os.environ, os.path.exists("left"), os.path.exists("/tmp/left"), os.path.exists("/home/pyodide/left"),',
      '  "/left" in sys.path, sys.getrecursionlimit()])',
      'noise = [random.random(), str(uuid.uuid4()), os.urandom(8).hex()]',
      'left = builtins.left = json.left = sys.modules["left"] = os.environ["LEFT"] = "secret"',
      'for name in ("left", "/tmp/left", "/home/pyodide/left"): open(name, "w").write(left)',
      'sys.path.append("/left"); sys.setrecursionlimit(777)',
      'print(seen)',
      'noise',
    ].join('\n');
    const first = await sandbox().run(look);
    const second = await sandbox().run(look);
    expect(first).toMatchObject({ status: 'ok', session: { state: 'reset' } });
    expect(first.stdout).toMatch(/^\[(?:false, ){9}\d+\]\n$/u);
    expect(second.stdout).toBe(first.stdout);
    expect(second.session.id).not.toBe(first.session.id);
    const noise = [first, second].map(({ value }) => value?.json as unknown[]);
    for (const index of [0, 1, 2]) expect(noise[0]?.[index]).not.toEqual(noise[1]?.[index]);
  });

  it('a named one keeps its state, also after an error', async () => {
    const session = 'kept';
    expect(await sandbox().run('x = [1]\nopen("f", "w").write("y");', { session })).toMatchObject({
      status: 'ok',
      session: { id: session, state: 'kept' },
    });
    expect(await sandbox().run('x.append(2)\n1/0', { session })).toMatchObject({
      status: 'error',
      session: { state: 'kept' },
    });
    expect(await sandbox().run('x.append(', { session })).toMatchObject({
      status: 'error',
      session: { state: 'kept' },
    });
    expect(await sandbox().run('x, open("f").read()', { session })).toMatchObject({
      value: { text: "([1, 2], 'y')" },
    });
  });

  it('two named ones see nothing of each other', async () => {
    await sandbox().run('mine = 1\nopen("mine", "w").write("x")', { session: 'one' });
    const result = await sandbox().run('import os\n"mine" in globals() or os.path.exists("mine")', {
      session: 'two',
    });
    expect(result).toMatchObject({ status: 'ok', value: { json: false } });
  });

  it('the state is kept at a timeout of code that can be interrupted', async () => {
    const session = 'timed-out';
    await sandbox().run('x = 1', { session });
    expect(await sandbox().run('while True: pass', { session, timeoutMs: 500 })).toMatchObject({
      status: 'timeout',
      error: { type: 'Timeout', line: 1 },
      session: { id: session, state: 'kept' },
    });
    expect(await sandbox().run('x', { session })).toMatchObject({ value: { json: 1 } });
  });

  it('the state is lost at a timeout of code that can not be interrupted, and the next run starts anew', async () => {
    const session = 'stubborn';
    const code = 'x = 1\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass';
    expect(await sandbox().run(code, { session, timeoutMs: 500 })).toMatchObject({
      status: 'timeout',
      session: { id: session, state: 'lost' },
    });
    expect(await sandbox().run('"x" in globals()', { session })).toMatchObject({ value: { json: false } });
  });
});
