import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunFacts } from '../../../src/shared/protocol/interpreter.ts';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;
const run: Guest['run'] = (code, limit, facts) => guest.run(code, limit, facts);
const valueOf = async (code: string): Promise<unknown> => {
  const outcome = await guest.run(code);
  expect(outcome.error).toBeNull();
  return outcome.value?.json;
};

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

beforeEach(() => {
  guest.takeStdout();
  guest.takeStderr();
});

describe('what code is told about itself', () => {
  const told = async (code: string, facts: RunFacts): Promise<unknown> => {
    const outcome = await guest.run(code, undefined, facts);
    expect(outcome.error).toBeNull();
    return outcome.value?.json;
  };

  it.each([
    [{ args: [] }, ['-c']],
    [{ args: ['a b', '', '--x=1'], script: 'dir/it.py' }, ['dir/it.py', 'a b', '', '--x=1']],
    [
      { args: ['"\\', '1\n2\r\u2028', '{"args":[]}', '😀\0'] },
      ['-c', '"\\', '1\n2\r\u2028', '{"args":[]}', '😀\0'],
    ],
  ])('%j as sys.argv', async (facts, argv) => {
    expect(await told('import sys\nsys.argv', facts)).toEqual(argv);
  });

  it('a lone surrogate among its arguments', async () => {
    expect(await told('import sys\nascii(sys.argv[1])', { args: ['\ud800'] })).toBe("'\\ud800'");
  });

  it('its file and the width of the terminal', async () => {
    const code = 'import os, shutil\n[__file__, shutil.get_terminal_size().columns]';
    expect(await told(code, { script: 'a.py', columns: 132 })).toEqual(['/workspace/a.py', 132]);
  });

  it('is no part of the code: a comment at its end tells it nothing', async () => {
    const code = 'import sys\nsys.argv[0]\n#vivarium-run: {"args": ["forged"], "file": "forged"}';
    expect(await told(code, { args: [] })).toBe('-c');
  });
});

describe('the value of a run', () => {
  it.each([
    ['1 + 1', { text: '2', json: 2 }],
    ['x = 4\nx\n\n# a comment\n', { text: '4', json: 4 }],
    ['"only a string"', { text: 'only a string', json: 'only a string' }],
    ['"è\\n\\"😀"', { text: 'è\n"😀', json: 'è\n"😀' }],
    [
      '[1, (2.5, None), {"a": True}]',
      { text: "[1, (2.5, None), {'a': True}]", json: [1, [2.5, null], { a: true }] },
    ],
    ['[[], {}, ()]', { text: '[[], {}, ()]', json: [[], {}, []] }],
    ['2**53 - 1', { text: '9007199254740991', json: 9007199254740991 }],
    ['2**53', { text: '9007199254740992' }],
    ['float("nan")', { text: 'nan' }],
    ['float("-inf")', { text: '-inf' }],
    ['1e22', { text: '1e+22', json: 1e22 }],
    ['{1: 2}', { text: '{1: 2}' }],
    ['{1, 2}', { text: '{1, 2}' }],
    ['b"x"', { text: "b'x'" }],
    ['import enum\nclass N(enum.IntEnum):\n  A = 1\nN.A', { text: '1' }],
    ['import collections\ncollections.OrderedDict(a=1)', { text: "OrderedDict({'a': 1})" }],
    ['"a\\ud800b"', { text: 'a\\ud800b' }],
    ['["\\udc80"]', { text: "['\\udc80']" }],
    ['{"__proto__": 1}["__proto__"]', { text: '1', json: 1 }],
    ['a = [1]\na.append(a)\na', { text: '[1, [...]]' }],
    ['\ufeff7', { text: '7', json: 7 }],
    ['1\r\n2', { text: '2', json: 2 }],
  ])('%s', async (code, value) => {
    expect(await run(code)).toMatchObject({ value, error: null, files: [], truncated: false });
  });

  it.each([
    'None',
    'x = 1',
    '',
    '# nothing',
    'print("hi")',
    'def f(): 1',
    '1;',
    '1 ; # quiet',
    '(1\n) ;\n',
    'await_ = 1;',
  ])('none for %j', async (code) => {
    expect(await run(code)).toMatchObject({ value: null, error: null });
  });

  it.each(['1 # not; quiet', '";"', 'x = 1; x', '(1 # ;\n)'])('a value for %j', async (code) => {
    expect((await run(code)).value).not.toBeNull();
  });

  it('cuts the text, not the JSON, at the limit', async () => {
    expect(await run('"abcdef"', 4)).toMatchObject({
      value: { text: 'abcd', json: 'abcdef' },
      truncated: true,
    });
    expect(await run('"abcd"', 4)).toMatchObject({ value: { text: 'abcd' }, truncated: false });
  });

  it('leaves JSON out beyond 64 levels and beyond 256 KiB', async () => {
    const nested = (depth: number): string => `a = []\nfor _ in range(${depth - 1}): a = [a]\na`;
    expect((await run(nested(64))).value).toHaveProperty('json');
    expect((await run(nested(65))).value).not.toHaveProperty('json');
    expect((await run('"x" * (256 * 1024 - 2)')).value).toHaveProperty('json');
    expect((await run('"x" * (256 * 1024 - 1)')).value).not.toHaveProperty('json');
    expect((await run('"é" * (128 * 1024)')).value).not.toHaveProperty('json');
    expect((await run('a = []\nfor _ in range(6): a = [a] * 10\nlen(a), a', 100)).value).not.toHaveProperty(
      'json',
    );
  });

  it.each([
    [
      'def __str__(self): raise ValueError("no")',
      'a value of type Foo that has no text: its __str__ raised ValueError: no',
    ],
    [
      'def __str__(self): return 5',
      'a value of type Foo that has no text: its __str__ raised TypeError: __str__ returned non-string (type int)',
    ],
    [
      'def __str__(self): raise SystemExit(3)',
      'a value of type Foo that has no text: its __str__ raised SystemExit: 3',
    ],
    [
      'def __repr__(self): raise MemoryError',
      'a value of type Foo that has no text: its __str__ raised MemoryError',
    ],
  ])('%s', async (method, text) => {
    expect(await run(`class Foo:\n  ${method}\nFoo()`)).toMatchObject({ value: { text }, error: null });
  });

  it('is described for metaclasses and string subclasses with hostile methods', async () => {
    const code = `
class Meta(type):
    def __getattribute__(cls, name): raise RuntimeError(name)
class Foo(metaclass=Meta):
    def __str__(self): raise ValueError
    __class__ = property(lambda self: 1 / 0)
Foo()`;
    expect((await run(code)).value?.text).toBe(
      'a value of type Foo that has no text: its __str__ raised ValueError',
    );
    const text = `
class S(str):
    def __len__(self): return -1
    def __getitem__(self, key): raise ValueError
class Foo:
    def __str__(self): return S("fine")
Foo()`;
    expect((await run(text)).value).toEqual({ text: 'fine' });
  });

  it('cuts a long integer in the middle, and says how long a very long one is', async () => {
    expect((await run('-10 ** 5000')).value?.text).toBe(
      `-1${'0'.repeat(998)}[... 3002 of 5001 digits left out ...]${'0'.repeat(1000)}`,
    );
    expect((await run('[10 ** 5000]')).value?.text).toBe(`[1${'0'.repeat(5000)}]`);
    expect((await run('1 << 40_000_000')).value?.text).toBe(
      'an integer of about 12041200 digits, which would take long to write out',
    );
  });
});

describe('errors', () => {
  it('reports a runtime error with the guest’s frames only', async () => {
    const { error } = await run('def f(x):\n    return 1 / x\n\nf(0)\n');
    expect(error).toMatchObject({ type: 'ZeroDivisionError', message: 'division by zero', line: 2 });
    expect(error?.traceback).toMatch(/^Traceback \(most recent call last\):\n {2}File "<script/u);
    expect(error?.traceback).toContain('return 1 / x');
    expect(error?.traceback).not.toMatch(/vivarium|pyodide/u);
  });

  it('names the code by the number that the run has elsewhere', async () => {
    await run('def broken():\n    raise KeyError("gone")', undefined, { number: 7 });
    const { error } = await run('broken()', undefined, { number: 12 });
    expect(error?.traceback).toMatch(
      /File "<script 12>", line 1, in <module>[^]*File "<script 7>", line 2, in broken\n {4}raise/u,
    );
    // Without one it goes on counting.
    expect((await run('1/0')).error?.traceback).toContain('File "<script 13>"');
    expect((await run('1/0', undefined, { number: 1 })).error?.traceback).toContain('File "<script>"');
  });

  it.each([
    ['import math\nmath.sqroot(2)', "module 'math' has no attribute 'sqroot'. Did you mean: 'sqrt'?"],
    ['total = 1\ntotl', "name 'totl' is not defined. Did you mean: 'total'?"],
    ['colorsys.rgb_to_hls', "name 'colorsys' is not defined. Did you forget to import 'colorsys'?"],
    [
      'from math import sqroot',
      "cannot import name 'sqroot' from 'math' (unknown location). Did you mean: 'sqrt'?",
    ],
    ['error = ValueError()\nerror.add_note("in line 3")\nraise error', 'in line 3'],
    // What is exited with, and no more.
    ['error = SystemExit(3)\nerror.add_note("in line 3")\nraise error', '3'],
    [
      'error = ValueError("no date")\nerror.add_note("in line 3\\nof a.csv")\nraise error',
      'no date\nin line 3\nof a.csv',
    ],
    // What a traceback shows in another way stays as it is.
    ['raise ValueError("")', ''],
    ['raise SystemExit(3)', '3'],
  ])('has in the message what Python adds to it: %j', async (code, message) => {
    expect((await run(code)).error?.message).toBe(message);
  });

  it('shows source lines of functions of an earlier run, and blames the current one', async () => {
    await run('def broken():\n    raise KeyError("gone")  # earlier');
    const { error } = await run('\n\nbroken()');
    expect(error).toMatchObject({ type: 'KeyError', message: "'gone'", line: 3 });
    expect(error?.traceback).toContain('# earlier');
  });

  it.each([
    ['x = 1\ny = = 2', 'SyntaxError', 2],
    ['if 1:\nx = 1', 'IndentationError', 2],
    ['if 1:\n\tx = 1\n        y = 2', 'TabError', 3],
    ['x = 1\ny = "\0"', 'SyntaxError', 2],
    ['x = 1\ny = "\ud800"', 'UnicodeEncodeError', 2],
    ['return 5', 'SyntaxError', 1],
    ['('.repeat(300), 'SyntaxError', 1],
    ['\nyield 1', 'SyntaxError', 2],
  ])('%j does not compile', async (code, type, line) => {
    const outcome = await run(code);
    expect(outcome.value).toBeNull();
    expect(outcome.error).toMatchObject({ type, line });
    expect(outcome.error?.traceback).not.toMatch(/vivarium|Traceback/u);
  });

  it.each([
    ['signs', '-'.repeat(100_000) + '1', 1],
    ['branches', `if 1:\n pass\n${'elif 1:\n pass\n'.repeat(20_000)}`, null],
  ])(
    'too many %s in each other are a SyntaxError: the parser has no memory for them',
    async (_name, code, line) => {
      const { error } = await run(code);
      expect(error).toMatchObject({ type: 'SyntaxError', line });
      expect(error?.message).toContain('nested too deeply');
    },
  );

  it('names types as a traceback does', async () => {
    expect((await run('import json\njson.loads("{")')).error?.type).toBe('json.decoder.JSONDecodeError');
    expect((await run('class Own(Exception): pass\nraise Own("x")')).error).toMatchObject({
      type: 'Own',
      line: 2,
    });
    expect((await run('raise KeyboardInterrupt("mine")')).error?.type).toBe('KeyboardInterrupt');
    expect((await run('raise GeneratorExit')).error?.type).toBe('GeneratorExit');
    expect((await run('raise BaseException("base")')).error).toMatchObject({
      type: 'BaseException',
      message: 'base',
    });
  });

  it('includes causes and groups', async () => {
    const chained = await run(
      'try:\n  1/0\nexcept ZeroDivisionError as e:\n  raise ValueError("outer") from e',
    );
    expect(chained.error?.traceback).toMatch(
      /ZeroDivisionError: [\s\S]*direct cause[\s\S]*ValueError: outer/u,
    );
    const group = await run('raise ExceptionGroup("both", [ValueError(1), TypeError(2)])');
    expect(group.error).toMatchObject({ type: 'ExceptionGroup', message: 'both (2 sub-exceptions)' });
    expect(group.error?.traceback).toMatch(/ValueError: 1[\s\S]*TypeError: 2/u);
  });

  it('keeps library frames', async () => {
    expect((await run('import json\njson.loads("{")')).error?.traceback).toContain('json/decoder.py');
  });

  it.each([
    ['sys.exit()', null],
    ['sys.exit(0)', null],
    ['raise SystemExit(False)', null],
    ['sys.exit(3)', '3'],
    ['sys.exit("bye")', 'bye'],
    ['exit(4)', '4'],
  ])('%s', async (code, message) => {
    const { error } = await run(`import sys\n${code}\n5`);
    if (message === null) expect(error).toBeNull();
    else expect(error).toMatchObject({ type: 'SystemExit', message, line: 2 });
  });

  it.each([
    [
      'def __str__(self): raise ValueError',
      'a value of type Bad that has no text: its __str__ raised ValueError',
    ],
    [
      'def __str__(self): return 1',
      'a value of type Bad that has no text: its __str__ raised TypeError: __str__ returned non-string (type int)',
    ],
    ['__traceback__ = property(lambda self: 1 / 0)', 'm'],
    ['__class__ = property(lambda self: 1 / 0)', 'm'],
    ['__cause__ = property(lambda self: 1 / 0)', 'm'],
  ])('hostile exception: %s', async (member, message) => {
    const { error } = await run(`class Bad(Exception):\n  ${member}\nraise Bad("m")`);
    expect(error).toMatchObject({ type: 'Bad', message, line: 3 });
    expect(error?.traceback).not.toBe('');
  });

  it('say so when advice after the message was cut', async () => {
    const whole = await run('open("nowhere.csv")');
    expect(whole.truncated).toBe(false);
    const length = whole.error?.message.length ?? 0;
    expect(await run('open("nowhere.csv")', length - 1)).toMatchObject({ truncated: true });
    expect(await run('open("nowhere.csv")', length)).toMatchObject({ truncated: false });
  });

  it('cuts the message at the limit and the traceback to 64 KiB, head and tail kept', async () => {
    const outcome = await run('raise ValueError("a" * 200_000 + "END")', 100);
    expect(outcome.truncated).toBe(true);
    expect(outcome.error?.message).toBe('a'.repeat(100));
    expect(outcome.error?.traceback.length).toBeLessThanOrEqual(64 * 1024);
    expect(outcome.error?.traceback).toMatch(/^Traceback[\s\S]*characters left out[\s\S]*END\n$/u);
  });

  it.each([
    ['next(iter([]))', 'StopIteration', 1],
    ['def f(): raise StopIteration(7)\nf()', 'StopIteration', 1],
    [
      'def add(a, b):\n    """\n    >>> 1 + 1\n    2\n    """\n    return a + b\nprint(add(1, 2)',
      'SyntaxError',
      7,
    ],
    ['x = (1\n\n# >>> 2\n', 'SyntaxError', 1],
    ['from email.MIMEText import MIMEText', 'ModuleNotFoundError', 1],
  ])('as Python has it: %j', async (code, type, line) => {
    const { error, value } = await run(code);
    expect(value).toBeNull();
    expect(error).toMatchObject({ type, line });
    expect(error?.message).not.toMatch(/coroutine|build of Python/u);
  });

  it('gives the next run arguments and a stdout, whatever became of the last ones', async () => {
    await run(
      'import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding="utf-8")\nprint(1)',
    );
    expect((await run('print(2)')).error).toBeNull();
    await run('import sys\ndel sys.argv');
    const { error, value } = await guest.run('import sys\nsys.argv', undefined, { args: ['a'] });
    expect([error, value?.json]).toEqual([null, ['-c', 'a']]);
  });

  it('makes lone surrogates in messages printable', async () => {
    expect((await run('raise ValueError("\\udcff")')).error?.message).toBe('\\udcff');
  });

  it('reports recursion and memory', async () => {
    expect((await run('def f(): return f()\nf()')).error).toMatchObject({ type: 'RecursionError', line: 1 });
    expect((await run('x = [0] * (2**29)')).error).toMatchObject({ type: 'MemoryError', line: 1 });
  });

  it('opens closed streams again for the next run', async () => {
    await run('import sys\nsys.stdout.close()\nexit()');
    expect((await run('print("still here")\ninput()')).error?.type).toBe('EOFError');
    expect(guest.takeStdout()).toBe('still here\n');
  });

  it('gives input() the end of the file', async () => {
    expect((await run('input()')).error?.type).toBe('EOFError');
  });
});

describe('session', () => {
  it('keeps its globals, context variables and recursion limit', async () => {
    await run(
      'import sys, contextvars\nkept = 41\nvar = contextvars.ContextVar("v")\nvar.set(5)\nsys.setrecursionlimit(900)',
    );
    expect(await valueOf('(kept + 1, var.get(), sys.getrecursionlimit())')).toEqual([42, 5, 900]);
    await run('sys.setrecursionlimit(1000)');
  });

  it('keeps our own modules out of the modules that code can import', async () => {
    const code = `
import sys
own = {"modules", "session", "outputs", "display", "text", "figures", "interrupts", "event_loops"}
found = [name for name in sys.modules if name in own or "vivarium" in name]
for name in sorted(own):
    try:
        __import__(name)
        found.append(name)
    except ModuleNotFoundError:
        pass
import builtins
for name, module in list(sys.modules.items()):
    used = getattr(module, "__dict__", {}).get("__builtins__", builtins)
    if used is not builtins and used is not vars(builtins):
        found.append(name)
found`;
    expect(await valueOf(code)).toEqual([]);
  });

  it('describes values in the context of the code, as printing them does', async () => {
    const code = `
import contextvars
digits = contextvars.ContextVar("digits", default=9)
class Number:
    def __str__(self): return f"{1 / 3:.{digits.get()}f}"
digits.set(2)
Number()`;
    expect(await run(code)).toMatchObject({ value: { text: '0.33' } });
  });

  it('runs code as __main__', async () => {
    expect(await valueOf('import __main__\n__main__.__dict__ is globals() and __name__ == "__main__"')).toBe(
      true,
    );
    expect(
      await valueOf('any("vivarium" in k.lower() or k.startswith("_Session") for k in list(globals()))'),
    ).toBe(false);
  });

  it('supports dataclasses, pickle and inspect.getsource, for earlier runs too', async () => {
    await run('from dataclasses import dataclass\n\n@dataclass\nclass Point:\n    x: int = 1  # first');
    expect(await valueOf('import pickle\npickle.loads(pickle.dumps(Point(3))).x')).toBe(3);
    expect(await valueOf('import inspect\ninspect.getsource(Point)')).toBe(
      '@dataclass\nclass Point:\n    x: int = 1  # first\n',
    );
    expect(await valueOf('def f():\n    return 1\ninspect.getsource(f)')).toBe('def f():\n    return 1\n');
    expect(await valueOf('class Here:\n    y = 2\ninspect.getsource(Here)')).toBe('class Here:\n    y = 2\n');
  });

  it('starts every run in /workspace and imports from there', async () => {
    await run('import os\nos.chdir("/tmp")');
    expect(await valueOf('os.getcwd()')).toBe('/workspace');
    guest.files.writeFile('/workspace/helper_one.py', 'answer = 42\n');
    expect(await valueOf('import helper_one\nhelper_one.answer')).toBe(42);
    guest.files.writeFile('/workspace/helper_two.py', 'answer = 43\n');
    expect(await run('import helper_two\nhelper_two.answer')).toMatchObject({
      value: { json: 43 },
      files: [],
    });
  });

  it('flushes output that has no newline', async () => {
    await run('import sys\nprint("out", end="")\nsys.stderr.write("err")');
    expect([guest.takeStdout(), guest.takeStderr()]).toEqual(['out', 'err']);
  });

  it('survives a workspace that was removed', async () => {
    await run('import os, shutil\nos.chdir("/")\nshutil.rmtree("/workspace")');
    expect((await run('import os\nos.getcwd()')).value?.json).toBe('/workspace');
  });
});

describe('files', () => {
  it('lists new and changed regular files, sorted, with size and kind', async () => {
    guest.files.writeFile('/workspace/input.csv', 'a,b\n');
    const outcome = await run(`
import os
os.makedirs("sub/deep", exist_ok=True)
open("sub/deep/a.json", "w").write("{}")
open("b.csv.gz", "wb").write(b"12345")
open("Ünï.png", "wb").close()
open("noext", "w").write("x")
os.symlink("/etc/passwd", "link.txt")
os.symlink("/", "root")
`);
    expect(outcome.files).toEqual([
      { name: 'b.csv.gz', size: 5, mime: 'application/gzip' },
      { name: 'noext', size: 1, mime: 'application/octet-stream' },
      { name: 'sub/deep/a.json', size: 2, mime: 'application/json' },
      { name: 'Ünï.png', size: 0, mime: 'image/png' },
    ]);
    expect((await run('1')).files).toEqual([]);
    expect((await run('os.remove("noext")')).files).toEqual([]);
  });

  it('notices a rewrite of the same size within the same millisecond', async () => {
    for (let round = 0; round < 20; round++) {
      guest.files.writeFile('/workspace/same.txt', 'a');
      expect((await run('open("same.txt", "w").write("b")')).files).toMatchObject([{ name: 'same.txt' }]);
    }
  });

  it('lists files of a failed run and at most 1000', async () => {
    expect((await run('open("f.txt", "w").write("x")\n1/0')).files).toMatchObject([{ name: 'f.txt' }]);
    const many = await run('for i in range(1001): open(f"many{i:04}", "w").close()');
    expect(many.files).toHaveLength(1000);
    expect(many.truncated).toBe(true);
    // More folders than are walked through: what is behind them is not seen, which is said.
    const hidden = await run('import os\nfor n in range(10_001): os.mkdir(f"folder{n}")');
    expect([hidden.files.length <= 1000, hidden.truncated]).toEqual([true, true]);
    await run(
      'for i in range(1001): os.remove(f"many{i:04}")\nfor n in range(10_001): os.rmdir(f"folder{n}")',
    );
  });
});

describe('code that replaces what the runner could need', () => {
  // Each code breaks something the runner could need; the outcome and the next runs must not suffer.
  it.each([
    'import builtins\nfor n in ("len", "isinstance", "str", "type", "getattr", "repr", "open"): setattr(builtins, n, None)\n1/0',
    'import builtins\ndel builtins.print, builtins.__import__, builtins.Exception\n1/0',
    'import sys\nsys.stdout = sys.stderr = sys.stdin = None\nprint("x")\n1/0',
    'import sys\nfor n in ("json", "traceback", "os", "linecache", "asyncio", "__main__"): sys.modules[n] = None\n1/0',
    'import sys\nsys.setrecursionlimit(60)\n1/0',
    'import sys\nsys.setprofile(lambda *a: 1/0)\n1/0',
    'import sys\nsys.settrace(lambda *a: None)\n1/0',
    'import linecache\nlinecache.cache = None\n1/0',
    'import linecache\nlinecache.clearcache()\n1/0',
    'import os, time, json, traceback, signal\nos.scandir = os.chdir = time.time_ns = traceback.TracebackException = signal.signal = None\n1/0',
    'import signal\nsignal.signal(signal.SIGINT, lambda *a: None)\n1/0',
    'globals().clear()\n1/0',
    'import asyncio\nasyncio.events._set_running_loop(asyncio.new_event_loop())\n1/0',
  ])('%s', async (code) => {
    // Attributes of modules stay changed: those need an interpreter of their own.
    const own = /^os\.|sys\.modules/mu.test(code) ? await startGuest() : guest.newSession();
    const { error } = await own.run(code);
    expect(error).toMatchObject({ type: 'ZeroDivisionError', message: 'division by zero' });
    expect(error?.traceback).toContain('1/0');
    expect((await own.run('1 + 1')).value).toEqual({ text: '2', json: 2 });
    expect((await own.run('= wrong')).error?.type).toBe('SyntaxError');
  });

  it('an order that it does not know is an error, and no empty answer', async () => {
    expect(() => guest.giveOrder('listFile')).toThrow(/raised an exception/u);
    expect((await run('1')).value).toEqual({ text: '1', json: 1 });
  });

  it('the next run has its streams back, and what replaced them is flushed', async () => {
    await run('import sys, io\nsys.stdout = io.StringIO()\nprint("lost")');
    await run('print("seen", end="")');
    expect(guest.takeStdout()).toBe('seen');
  });
});
