/** What happens at the end of a program, and between the runs of a session. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
}, 60_000);
beforeEach(async () => {
  // As in an interpreter from a snapshot: what is there before a program is not looked at at its end.
  await guest.run(`
import gc
# Not lists: one of a test is too deep to be freed.
for name, value in list(globals().items()):
    if not name.startswith("__") and type(value) is not list: del globals()[name]
del name, value
__import__("gc").collect(); __import__("gc").freeze()`);
  guest.takeStdout();
  guest.takeStderr();
});

const run = async (code: string, last: boolean): ReturnType<Guest['run']> =>
  guest.run(code, undefined, last ? { endSeconds: 10 } : {});
const valueOf = async (code: string): Promise<unknown> => (await run(code, false)).value?.json;
/** In a run of its own, so that nothing of it is left when it is looked at. */
const program = async (code: string): Promise<string> => {
  const { error } = await run(code, true);
  expect(error).toBeNull();
  return guest.takeStdout();
};

describe('the end of a program', () => {
  it.each([
    ['text', 'f = open("f", "w"); f.write("text")', 'open("f").read() == "text"'],
    [
      'text that waits in an open row',
      'import csv\nf = open("f", "w")\ncsv.writer(f).writerow([1, 2])',
      'open("f").read() == "1,2\\n"',
    ],
    ['bytes', 'f = open("f", "wb"); f.write(b"12")', 'open("f", "rb").read() == b"12"'],
    ['both ways', 'f = open("f", "w+b"); f.write(b"34")', 'open("f", "rb").read() == b"34"'],
    [
      'a file in a cycle',
      'class C: pass\nc = C(); c.me = c; c.f = open("f", "w"); c.f.write("5"); del c',
      'open("f").read() == "5"',
    ],
    [
      'a file, beside a stream whose buffer was taken away',
      'import io\nt = io.TextIOWrapper(io.BytesIO()); t.detach()\nf = open("f", "w"); f.write("8")',
      'open("f").read() == "8"',
    ],
    [
      'a file, beside a stream that was never made',
      'import io\nt = io.TextIOWrapper.__new__(io.TextIOWrapper)\nf = open("f", "w"); f.write("9")',
      'open("f").read() == "9"',
    ],
    ['a file that a function keeps', 'def w(f=open("f", "w")): f.write("6")\nw()', 'open("f").read() == "6"'],
    [
      'a file that a module keeps',
      'import string; string.kept = open("f", "w"); string.kept.write("7")',
      'open("f").read() == "7"',
    ],
    [
      'a mapped file that is closed itself',
      'import mmap\nopen("f", "wb").write(b"old")\nf = open("f", "r+b"); m = mmap.mmap(f.fileno(), 0); f.close(); m[:] = b"new"',
      'open("f", "rb").read() == b"new"',
    ],
    [
      'a mapped file that something else still uses',
      'import mmap\nopen("f", "wb").write(b"old")\nf = open("f", "r+b"); m = mmap.mmap(f.fileno(), 0); v = memoryview(m); f.close(); v[:] = b"New"',
      'open("f", "rb").read() == b"New"',
    ],
    [
      'gzip',
      'import gzip; f = gzip.open("f", "wt"); f.write("8")',
      '__import__("gzip").open("f").read() == b"8"',
    ],
    [
      'bz2 in a module',
      'import bz2, string; string.f = bz2.open("f", "wb"); string.f.write(b"9")',
      '__import__("bz2").open("f").read() == b"9"',
    ],
    [
      'lzma',
      'import lzma; f = lzma.open("f", "wb"); f.write(b"a")',
      '__import__("lzma").open("f").read() == b"a"',
    ],
    [
      'zip',
      'import zipfile; z = zipfile.ZipFile("f", "w"); z.writestr("a", "b")',
      '__import__("zipfile").ZipFile("f").namelist() == ["a"]',
    ],
    [
      'zip in a module',
      'import zipfile, string; string.z = zipfile.ZipFile("f", "w"); string.z.writestr("a", "b")',
      '__import__("zipfile").ZipFile("f").namelist() == ["a"]',
    ],
    [
      'tar',
      'import io, tarfile; t = tarfile.open("f", "w:gz"); i = tarfile.TarInfo("a"); t.addfile(i, io.BytesIO())',
      '__import__("tarfile").open("f").getnames() == ["a"]',
    ],
    [
      'stdout in a file',
      'import sys; sys.stdout = open("f", "w"); print("in it")',
      'open("f").read() == "in it\\n"',
    ],
    [
      'a program that failed',
      'f = open("f", "w"); f.write("b"); import sys; sys.exit(0)',
      'open("f").read() == "b"',
    ],
  ])('finishes %s', async (_name, code, check) => {
    const { files } = await run(code, true);
    expect(files.map(({ name }) => name)).toEqual(['f']);
    expect(files[0]?.size).toBeGreaterThan(0);
    expect(await valueOf(check)).toBe(true);
    await valueOf('import os; os.remove("f")');
  });

  it('calls atexit functions, last first, then finalizers, which find their globals', async () => {
    const printed = await program(`import atexit
name = "its global"
class C:
    def __del__(self): print("deleted with", name)
def g():
    try: yield 1
    finally: print("generator closed with", name)
kept, c = g(), C()
next(kept)
atexit.register(print, "first")
atexit.register(print, "second")
print("last line")`);
    const [one, two, three, ...others] = printed.trimEnd().split('\n');
    expect([one, two, three]).toEqual(['last line', 'second', 'first']);
    expect(others.sort()).toEqual(['deleted with its global', 'generator closed with its global']);
  });

  const GENERATOR = 'def g():\n    try: yield\n    finally: print("closed")\nx = g(); next(x)\n';

  it.each([
    ['an exit function', 'import atexit\natexit.register(print, "exit")\n', 'exit\n'],
    ['the exit function of logging', 'import logging\n', ''],
    ['generator expressions', 'e = (i for i in [1, 2]); next(e)\n', ''],
    [
      'generator expressions and an exit function',
      'import atexit\natexit.register(int)\ne = (i for i in [1])\n',
      '',
    ],
    ['nothing else', '', ''],
  ])('closes a generator beside %s', async (_name, before, printed) => {
    expect(await program(before + GENERATOR)).toBe(`${printed}closed\n`);
  });

  it.each([
    ['the exit function of logging', 'import logging\n'],
    ['a generator expression', 'e = (i for i in [1, 2]); next(e)\n'],
  ])('deletes an object that the collector does not know beside %s', async (_name, before) => {
    const code = 'class A:\n    __slots__ = ()\n    def __del__(self): print("deleted")\nx = [A()]';
    expect(await program(before + code)).toBe('deleted\n');
  });

  it('comes also for code that failed', async () => {
    const { error } = await run('import atexit\natexit.register(print, "goodbye")\n1/0', true);
    expect([error?.type, guest.takeStdout()]).toEqual(['ZeroDivisionError', 'goodbye\n']);
  });

  it('changes neither value nor status when it fails, and goes on', async () => {
    const { error, value } = await run(
      'import atexit\natexit.register(print, "after")\natexit.register(lambda: 1/0)\nx = open("x", "w")\n42',
      true,
    );
    expect([error, value?.json, guest.takeStdout()]).toEqual([null, 42, 'after\n']);
    expect(guest.takeStderr()).toContain('ZeroDivisionError');
  });

  it.each([
    ['a function of atexit', 'import atexit\n@atexit.register\ndef f():\n    while True: pass'],
    ['a finalizer', 'class C:\n    def __del__(self):\n        while True: pass\nc = C()'],
  ])('does not wait for %s that does not end', async (_name, code) => {
    // Reached as a guest can, so that the test does not take as long.
    const within = (seconds: number): string => `import sys
frame = sys._getframe()
while not hasattr(frame.f_locals.get("self"), "_program_end"): frame = frame.f_back
frame.f_locals["self"]._program_end.finish.__globals__["_SECONDS"] = ${String(seconds)}
del frame
`;
    const { error, files, value } = await run(
      `${within(0.2)}open("made", "w").write("kept")\n${code}\n7`,
      true,
    );
    await run(within(10), false);
    expect([error, value?.json, files[0]?.size]).toEqual([null, 7, 4]);
    expect(guest.takeStderr()).toContain('the end of the program took longer than');
  });

  it('does not come for code that was stopped, whose files have what was written', async () => {
    const code =
      'import atexit\natexit.register(print, "end")\nf = open("stopped", "w"); f.write("12")\nraise KeyboardInterrupt';
    const { files } = await run(code, true);
    expect([files[0]?.size, guest.takeStdout()]).toEqual([2, '']);
    expect(await program('f.close()')).toBe('end\n');
  });

  it.each([
    [
      'holds many thousand objects',
      'class W:\n    def __init__(self): self.rows = []\n    def __del__(self): print(len(self.rows))\nw = W()\nfor i in range(30_000): w.rows.append([i])',
      '30000\n',
    ],
    [
      'comes after lists of many thousand objects',
      'for n in range(15): globals()[f"l{n}"] = [[i] for i in range(19_000)]\nclass W:\n    def __del__(self): print("end")\nw = W()',
      'end\n',
    ],
    [
      'logs, where the logger is a global made before it',
      'import logging, sys\nlogging.basicConfig(level=logging.INFO, stream=sys.stdout, force=True)\nlogger = logging.getLogger("x")\nclass W:\n    def __del__(self): logger.info("closing")\nw = W()',
      'INFO:x:closing\n',
    ],
    [
      'writes into a file that another global holds',
      'class Db:\n    def __init__(self): self.file = open("db", "w")\ndb = Db()\nclass W:\n    def __del__(self): db.file.write("closed"); print("wrote")\nw = W()',
      'wrote\n',
    ],
  ])('finalizes an object that %s', async (_name, code, printed) => {
    expect(await program(code)).toBe(printed);
    expect(guest.takeStderr()).toBe('');
  });

  it('finishes files beside a class without a hash', async () => {
    const meta =
      'class Meta(type):\n    def __eq__(cls, other): return cls is other\nclass A(metaclass=Meta): pass\na = A()';
    await program(`${meta}\nf = open("hash", "w"); f.write("data")`);
    expect(await valueOf('open("hash").read()')).toBe('data');
  });

  it('frees no structure that would take more stack than there is', async () => {
    expect(await program('x = []\nfor _ in range(300_000): x = [x, x[:]]\nprint("done")')).toBe('done\n');
    expect(await valueOf('kept = x\nlen(kept)')).toBe(2);
  });

  it('does not close the standard streams', async () => {
    expect(await program('print("a")')).toBe('a\n');
    expect(await program('print("b")')).toBe('b\n');
  });
});

describe('between the runs of a session', () => {
  it('what was written is in the files, which stay open', async () => {
    const { files } = await run('f = open("s", "w"); f.write("one")', false);
    expect(files).toMatchObject([{ name: 's', size: 3 }]);
    await run('f.write("two")', false);
    expect(await valueOf('open("s").read()')).toBe('onetwo');
    await run('f.close(); b = open("b", "wb"); b.write(b"x")', false);
    expect(await valueOf('[open("b", "rb").read().decode(), b.closed, f.closed]')).toEqual([
      'x',
      false,
      true,
    ]);
    await run('b.close()', false);
  });

  it('what is in a mapped file is in the file', async () => {
    await run('import mmap\nopen("m", "wb").write(b"old")', false);
    const { files } = await run(
      'f = open("m", "r+b"); m = mmap.mmap(f.fileno(), 0); f.close(); m[:] = b"new"',
      false,
    );
    expect(files).toMatchObject([{ name: 'm', size: 3 }]);
    expect(await valueOf('open("m").read()')).toBe('new');
    await run('m[0:1] = b"N"; m.close()', false);
    expect(await valueOf('open("m").read()')).toBe('New');
  });

  it('exit functions are not called, and globals are kept', async () => {
    await run('import atexit\natexit.register(print, "not yet")\nlasting = 1', false);
    expect([await valueOf('lasting'), guest.takeStdout()]).toEqual([1, '']);
    expect(await program('')).toBe('not yet\n');
  });
});
