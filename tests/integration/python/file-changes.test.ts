/** The count of changes, by which runs know that no file has changed. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

const COUNT = 'int.from_bytes(os.read(4096, 7)[1:], "little")';

beforeAll(async () => {
  guest = await startGuest();
  await guest.run(`
import mmap, os, pathlib, shutil, tempfile, time
for name in ("a", "b", "c", "d", "e"): pathlib.Path(name).write_text("text")
os.makedirs("folder/inner")
opened = open("opened", "r+b") if os.path.exists("opened") else open("opened", "w+b")
opened.write(b"0123456789"); opened.flush()
mapped = mmap.mmap(opened.fileno(), 10)
`);
}, 60_000);

/** How much the count grows by the code. */
const growth = async (code: string): Promise<number> => {
  const { error, value } = await guest.run(`before = ${COUNT}\n${code}\n${COUNT} - before`);
  expect(error).toBeNull();
  return value?.json as number;
};

describe('the count of changes', () => {
  it.each([
    'open("new", "x").close()',
    'open("a", "w").close()',
    'with open("a", "a") as file: file.write("more")',
    'pathlib.Path("b").write_bytes(b"other")',
    'os.truncate("b", 2)',
    'os.ftruncate(opened.fileno(), 5)',
    'opened.seek(0); opened.write(b"x"); opened.flush()',
    'os.pwrite(opened.fileno(), b"y", 3)',
    'os.writev(opened.fileno(), [b"y", b"z"])',
    'mapped[0] = 65; mapped.flush()',
    'os.utime("c", (1, 1))',
    'os.chmod("c", 0o600)',
    'os.symlink("c", "link")',
    'os.rename("d", "d2")',
    'os.replace("d2", "c")',
    'shutil.copy("a", "copied")',
    'shutil.copytree("folder", "copied folder")',
    'os.remove("e")',
    'os.rmdir("folder/inner")',
    'os.mkdir("/tmp/made")',
    'tempfile.mkstemp()',
    'pathlib.Path("/home/user/through-a-link").write_text("1")',
  ])('grows by %s', async (code) => {
    expect(await growth(code)).toBeGreaterThan(0);
  });

  it.each([
    'print("x" * 10_000)',
    'os.listdir("."), os.stat("a"), os.getcwd()',
    'open("a").read()',
    'import json; json.dumps([1])',
    'time.sleep(0.001)',
    'display(1)',
    'os.chdir("/tmp")',
  ])('stays as it is by %s', async (code) => {
    expect(await growth(code)).toBe(0);
  });
});

describe('a run after one that changed no file', () => {
  it('begins in the workspace, where the other has left it', async () => {
    await guest.run('os.chdir("/")');
    expect((await guest.run('os.getcwd()')).value?.json).toBe('/workspace');
  });

  it('tells of what it has made, and the next one does not', async () => {
    await guest.run('1');
    const made = await guest.run(
      'pathlib.Path("result").write_text("1"); pathlib.Path("/tmp/elsewhere").write_text("1")',
    );
    expect(made.files.map(({ name }) => name)).toEqual(['result']);
    expect(made.elsewhere.map(({ name }) => name)).toEqual(['/tmp/elsewhere']);
    expect(await guest.run('2')).toMatchObject({ files: [], elsewhere: [] });
  });

  it('finds files that were put there in between, and imports them', async () => {
    await guest.run('1');
    guest.files.writeFile('/workspace/put_there.py', 'x = 1');
    expect((await guest.run('import put_there; put_there.x')).value?.json).toBe(1);
    guest.files.writeFile('/workspace/put_there.py', 'x = 22');
    expect((await guest.run('import put_there; put_there.x')).value?.json).toBe(22);
  });

  it('takes what was put there in between for no result of its own', async () => {
    guest.files.writeFile('/workspace/given.csv', '1');
    expect((await guest.run('3')).files).toEqual([]);
    expect((await guest.run('open("given.csv", "a").write("2")')).files.map(({ name }) => name)).toEqual([
      'given.csv',
    ]);
  });

  it('knows its files without the device, too', async () => {
    await guest.run('1');
    const { files } = await guest.run('os.close(4096); pathlib.Path("without").write_text("1")');
    expect(files.map(({ name }) => name)).toEqual(['without']);
    expect((await guest.run('4')).files).toEqual([]);
  });
});
