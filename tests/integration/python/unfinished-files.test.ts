/** Which files are said to be still open for writing at the end of a run, in a plain Pyodide. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let interpreter: Guest;
let session: Guest;
beforeAll(async () => {
  interpreter = await startGuest();
});
beforeEach(() => {
  session = interpreter.newSession();
});

/** Names of all files of the run, and of those that are still open. */
const made = async (code: string): Promise<{ files: string[]; open: string[] }> => {
  const { error, files } = await session.run(code);
  expect(error).toBeNull();
  const open = files.filter((file) => file.open === true);
  return { files: files.map(({ name }) => name), open: open.map(({ name }) => name) };
};

describe('still open at the end of a run is', () => {
  it.each([
    ['an archive', 'import zipfile\nz = zipfile.ZipFile("a", "w")\nz.writestr("x", "y")'],
    ['one of tar', 'import tarfile\nz = tarfile.open("a", "w:gz")'],
    ['a compressed text', 'import gzip\nz = gzip.open("a", "wt")\nz.write("x")'],
    [
      'a sound',
      'import wave\nz = wave.open("a", "wb")\nz.setparams((1, 1, 8, 0, "NONE", ""))\nz.writeframes(b"x")',
    ],
    ['what holds bytes', 'z = open("a", "wb")\nz.write(b"x")'],
    ['a descriptor', 'import os\nz = os.open("a", os.O_WRONLY | os.O_CREAT)\nos.write(z, b"x")'],
    [
      'text in a class of the code’s own',
      'import io\nclass Text(io.TextIOWrapper): pass\nz = Text(open("a", "wb"))\nz.write("x")',
    ],
  ])('%s', async (_what, code) => {
    expect(await made(code)).toEqual({ files: ['a'], open: ['a'] });
    await made(`if isinstance(z, int): import os; os.close(z)\nelse: z.close()`);
  });

  it('an archive, in each run that changes it, until it is closed', async () => {
    await made('import zipfile\nz = zipfile.ZipFile("several.zip", "w")');
    expect(await made('1 + 1')).toEqual({ files: [], open: [] });
    expect(await made('z.writestr("x", "y")')).toEqual({ files: ['several.zip'], open: ['several.zip'] });
    expect(await made('z.close()')).toEqual({ files: ['several.zip'], open: [] });
  });

  it('an archive of code that failed', async () => {
    const { files } = await session.run(
      'import zipfile\nz = zipfile.ZipFile("failed.zip", "w")\nz.writestr("x", "y")\n1 / 0',
    );
    expect(files).toMatchObject([{ name: 'failed.zip', open: true }]);
    await made('z.close()');
  });

  it('that one alone, beside files that are closed', async () => {
    const code =
      'import zipfile\nz = zipfile.ZipFile("one.zip", "w")\nopen("note.txt", "w").write("x")\nz.writestr("x", "y")';
    expect(await made(code)).toEqual({ files: ['note.txt', 'one.zip'], open: ['one.zip'] });
    await made('z.close()');
  });

  it('a file that was renamed, by its name of now', async () => {
    const { files } = await session.run('z = open("a\\nb", "wb")\nz.write(b"x")');
    expect(files).toMatchObject([{ name: 'a_b', was: 'a\nb', open: true }]);
    await made('z.close()');
  });
});

describe('whole, although open, is', () => {
  it.each([
    ['text', 'f = open("t", "w")\nf.write("x")'],
    ['text that is read, too', 'f = open("t", "a+")\nf.write("x")'],
    [
      'a log',
      'import logging\nf = logging.FileHandler("t")\nlogging.getLogger("t").addHandler(f)\nlogging.getLogger("t").error("x")',
    ],
    ['a table', 'import csv\nf = open("t", "w", newline="")\nw = csv.writer(f)\nw.writerow([1])'],
    [
      'a mapped file',
      'import mmap\nwith open("t", "wb") as new: new.write(b"x")\nwith open("t", "r+b") as new: f = mmap.mmap(new.fileno(), 0)\nf[:] = b"y"',
    ],
  ])('%s', async (_what, code) => {
    expect(await made(code)).toEqual({ files: ['t'], open: [] });
    await made('f.close()\nimport os\nos.remove("t")');
  });

  it('what is only read', async () => {
    await made('open("r", "wb").write(b"x")');
    expect(await made('f = open("r", "rb")\nopen("s", "w").write("x")')).toEqual({ files: ['s'], open: [] });
    await made('f.close()');
  });
});

describe('a database that is open', () => {
  const opened =
    'import os\nf = os.open("d", os.O_RDWR | os.O_CREAT)\nn = os.write(f, b"SQLite format 3\\0" + b"x" * 84)\n';

  it.each([
    ['is whole', '', []],
    ['is whole beside an empty journal', 'open("d-journal", "w").close()', []],
    ['is not whole beside a journal', 'with open("d-journal", "w") as j: n = j.write("x")', ['d']],
    ['is whole beside an empty write-ahead log', 'open("d-wal", "w").close()', []],
    ['is not whole beside a write-ahead log', 'with open("d-wal", "w") as j: n = j.write("x")', ['d']],
  ])('%s', async (_what, beside, open) => {
    expect((await made(opened + beside)).open).toEqual(open);
    await made('os.close(f)\nfor name in os.listdir(): os.remove(name)');
  });
});

it('a listing breaks no run, whatever code has done to Python', async () => {
  const { error, files } = await session.run(
    'import gc, os\ngc.get_objects = os.fstat = os.stat = os.listdir = None\nz = open("odd", "wb")\nz.write(b"x")',
  );
  expect([error, files.map(({ open }) => open)]).toEqual([null, [true]]);
});
