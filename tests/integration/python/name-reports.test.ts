/** What an editor is told of a session's names, in a real Pyodide: src/shared/python/names. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/shared/limits.ts';
import type { NameQuestion, NameReport } from '../../../src/shared/protocol/name-reports.ts';
import { startGuest, type Guest } from './guest.ts';

let started: Guest | undefined;
let guest: Guest;
beforeEach(async () => {
  started ??= await startGuest();
  guest = started.newSession();
}, 60_000);

const look = (about: NameQuestion['about'], dotted = '', prefix = ''): NameReport | null =>
  guest.lookUp({ about, path: dotted === '' ? [] : dotted.split('.'), prefix });
const pairs = (about: NameQuestion['about'], dotted = '', prefix = ''): Record<string, string> => {
  const report = look(about, dotted, prefix);
  return report?.kind === 'names' ? Object.fromEntries(report.names) : {};
};
const names = (about: NameQuestion['about'], dotted = '', prefix = ''): string[] =>
  Object.keys(pairs(about, dotted, prefix));
const call = (dotted: string): NameReport | null => look('call', dotted);
const run = async (code: string): Promise<void> => {
  expect((await guest.run(code)).error).toBeNull();
};
/** Whatever code of the guest's runs while it is asked writes a line. */
const takeRan = (): string => guest.takeStdout() + guest.takeStderr();

describe('names', () => {
  it('of the session and built in, by what they begin with, without those with underscores', async () => {
    await run('value = 1\ndef value_of(): pass\nclass Value: pass\nimport math as values\n_hidden = 2');
    expect(pairs('names', '', 'val')).toEqual({
      value: 'variable',
      value_of: 'function',
      Value: 'class',
      values: 'module',
      ValueError: 'class',
    });
    expect(pairs('names', '', 'le')).toEqual({ len: 'function' });
    expect(names('names', '', '_h')).toEqual(['_hidden']);
    expect(names('names')).not.toContain('_hidden');
  });

  it('members of modules, of instances with their own attributes, and of classes', async () => {
    await run(
      'import os\nclass A:\n    field = 1\n    def go(self): pass\n    @property\n    def p(self): return 1\n' +
        'class B(A):\n    __slots__ = ("slot",)\nb = B()\nb.slot = [1]\nb.own = {}',
    );
    expect(pairs('members', 'os.path', 'joi')).toEqual({ join: 'function' });
    expect(pairs('members', 'b')).toEqual({
      own: 'variable',
      slot: 'property',
      field: 'variable',
      go: 'method',
      p: 'property',
    });
    expect(names('members', 'b.slot', 'app')).toEqual(['append']);
    expect(names('members', 'b.p')).toEqual([]);
    expect(names('members', 'B', 'g')).toEqual(['go']);
    expect(names('members', 'nothing.of.it')).toEqual([]);
  });

  it('texts that a dictionary is subscribed with', async () => {
    await run('d = {"one two": 1, 3: 4, "two": 5}');
    expect(pairs('keys', 'd')).toEqual({ 'one two': 'key', two: 'key' });
  });

  it('modules to import, also of packages that are not loaded, and what is in modules', async () => {
    await run(
      'open("own_module.py", "w").write("from os import (path,\\n  sep as s)\\nx: int = 1\\ndef f(): pass\\n")',
    );
    expect(names('modules', '', 'js')).toContain('json');
    expect(names('modules', '', 'own')).toEqual(['own_module']);
    expect(names('modules', 'os', 'pa')).toEqual(['path']);
    expect(names('imports', 'collections', 'Ord')).toEqual(['OrderedDict']);
    expect(names('imports', 'own_module')).toEqual(['x', 'f', 'path', 's']);
    expect(names('imports', 'statistics', 'medi')).toContain('median');
  });
});

describe('how something is called', () => {
  it('functions, methods without what they are bound to, classes, what is written in C', async () => {
    await run(
      'def f(a, /, b=3, *args, c="x", d=None, **rest):\n    """First.\n\n       Indented.\n    """\n' +
        'class A:\n    "Of A."\n    def __init__(self, x, y=()): pass\n    def go(self, n): "Goes."\n' +
        '    @classmethod\n    def make(cls, z): pass\n    @staticmethod\n    def plain(q): pass\na = A(1)\nbound = a.go',
    );
    expect(call('f')).toEqual({
      kind: 'call',
      type: 'function',
      signature: "(a, /, b=3, *args, c='x', d=None, **rest)",
      documentation: 'First.\n\nIndented.',
    });
    expect(call('a.go')).toMatchObject({ signature: '(n)', documentation: 'Goes.' });
    expect(call('A.go')).toMatchObject({ signature: '(self, n)' });
    expect(call('a.make')).toMatchObject({ signature: '(z)' });
    expect(call('a.plain')).toMatchObject({ signature: '(q)' });
    expect(call('bound')).toMatchObject({ signature: '(n)' });
    expect(call('A')).toMatchObject({ type: 'class', signature: '(x, y=())', documentation: 'Of A.' });
    expect(call('a')).toMatchObject({ type: 'A', documentation: 'Of A.' });
    expect(call('len')).toMatchObject({ signature: '(obj, /)' });
    expect(call('nothing')).toBeNull();
  });

  it('what a decorator was put around', async () => {
    await run(
      'import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(*args): return f(*args)\n    return g\n@d\ndef h(x, y): "H."',
    );
    expect(call('h')).toMatchObject({ signature: '(x, y)', documentation: 'H.' });
  });
});

/** Says so wherever code of it is run. */
const HOSTILE = `
class Meta(type):
    def __getattribute__(cls, name): print("ran", name); return type.__getattribute__(cls, name)
    def __instancecheck__(cls, other): print("ran"); return True
    def __subclasscheck__(cls, other): print("ran"); return True
    def __eq__(cls, other): print("ran"); return True
    def __hash__(cls): print("ran"); return 1
    def __dir__(cls): print("ran"); return []
class Key:
    def __hash__(self): return hash("evil")
    def __eq__(self, other): print("ran"); return False
class Text(str):
    def __eq__(self, other): print("ran"); return True
    def __hash__(self): return hash("another")
    def startswith(self, *rest): print("ran"); return True
class Evil(metaclass=Meta):
    """Of Evil."""
    def __getattr__(self, name): print("ran", name); return 1
    def __getattribute__(self, name): print("ran", name); return 1
    def __dir__(self): print("ran"); return ["x"]
    def __repr__(self): print("ran"); return ""
    def __del__(self): print("ran")
    @property
    def __class__(self): print("ran"); return int
    @property
    def __dict__(self): print("ran"); return {}
    @property
    def prop(self): print("ran"); return 1
    def method(self, a=Key(), b=Text("x")): pass
class Wrapped:
    pass
def looped(): pass
looped.__wrapped__ = looped
class ndarray(metaclass=Meta):
    def tolist(self): print("ran"); return []
    def __len__(self): print("ran"); return 1
class Manager:
    @property
    def axes(self): print("ran"); return []
class DataFrame: pass
frame = DataFrame()
frame._mgr = Manager()
array = ndarray()
evil = Evil()
globals()[Key()] = 1
globals()[Text("another")] = 2
`;

describe('hostile sessions', () => {
  it('run no code of theirs', async () => {
    await run(HOSTILE);
    takeRan();
    expect(names('names', '', 'evi')).toEqual(['Evil', 'evil']);
    expect(names('members', 'evil')).toEqual(['prop', 'method']);
    expect(names('members', 'evil.prop')).toEqual([]);
    expect(names('members', 'Evil', 'me')).toEqual(['method']);
    expect(names('keys', 'frame')).toEqual([]);
    expect(names('members', 'frame')).toEqual([]);
    expect(names('members', 'array')).toEqual(['tolist']);
    expect(call('evil')).toMatchObject({ documentation: 'Of Evil.' });
    expect(call('Evil')).toMatchObject({ type: 'class' });
    expect(call('evil.method')).toMatchObject({ signature: '(a=…, b=…)' });
    expect(call('looped')).toMatchObject({ signature: '()' });
    expect(call('frame')).not.toBeNull();
    expect(takeRan()).toBe('');
  });

  it('have no cycles of theirs collected', async () => {
    await run('import gc\nclass C:\n    def __del__(self): print("ran")\ngc.set_threshold(1)');
    await run(
      'for _ in range(3):\n    c = C()\n    c.c = c\ndel c\ngc.disable()\nc = C()\nc.c = c\ndel c\ngc.enable()',
    );
    takeRan();
    names('names');
    expect(takeRan()).toBe('');
    await run('assert gc.isenabled()\ngc.set_threshold(2000)\ngc.collect()');
    expect(takeRan()).toContain('ran');
  });

  it('that have put other things in the place of built-ins, modules and paths', async () => {
    await run(
      'import builtins, sys, json, os\n__builtins__ = None\nbuiltins.len = builtins.isinstance = builtins.type = None\n' +
        'sys.modules["json"] = 5\nsys.modules[7] = 8\nsys.modules["os.path"] = {}\njson.dumps = json.loads = None\n' +
        'sys.path.append(9)\nsys.path.insert(0, b"x")\nsys.path = sys.path, {"a": 1}\nos.scandir = None',
    );
    expect(names('names', '', 'le')).toEqual(['len']);
    expect(names('modules', '', 'js')).toContain('json');
    expect(names('imports', 'json')).not.toContain('dumps');
    expect(call('str.join')).toMatchObject({ signature: '(iterable, /)' });
    // Of no use for the next test.
    started = undefined;
  });

  it('with a million names, and names and texts of megabytes, are answered for in part', async () => {
    await run(
      'globals().update((f"n{i}", i) for i in range(1_000_000))\nglobals()["n" * 10_000_000] = 1\n' +
        'def f(): pass\nf.__doc__ = "d" * 10_000_000\nclass C: pass\nC.__name__ = "C" * 1_000_000\nc = C()',
    );
    const began = performance.now();
    const report = look('names', '', 'n');
    expect(report).toMatchObject({ kind: 'names', isCut: true });
    expect(report?.kind === 'names' ? report.names.length : 0).toBeLessThanOrEqual(LIMITS.reportedNames);
    expect(names('names', '', 'n99999')).toContain('n99999');
    const described = call('len');
    expect(described).toMatchObject({ signature: '(obj, /)' });
    // A look at the first 200,000 takes a fraction of this also on a busy machine.
    expect(performance.now() - began).toBeLessThan(10_000);
    guest = guest.newSession();
    await run('big = {f"é{i}" * 30: i for i in range(20_000)}');
    expect(look('keys', 'big')).toMatchObject({ isCut: true });
  });
});
