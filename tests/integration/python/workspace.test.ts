/** Files and modules of a session's workspace, in a plain Pyodide. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
});

const valueOf = async (code: string): Promise<unknown> => (await guest.run(code)).value?.json;

describe('modules made from files of the workspace', () => {
  it('are imported again when the file is given anew, with modules that import it', async () => {
    guest.files.writeFile('/workspace/rates.py', 'EUR = 1\n');
    guest.files.writeFile('/workspace/shop.py', 'from rates import EUR\n');
    expect(await valueOf('import rates, shop\n[rates.EUR, shop.EUR]')).toEqual([1, 1]);
    guest.files.writeFile('/workspace/rates.py', 'EUR = 2222\n');
    expect(await valueOf('import rates, shop\n[rates.EUR, shop.EUR]')).toEqual([2222, 2222]);
  });

  it('stay imported while none of their files changes', async () => {
    guest.files.writeFile('/workspace/counter.py', 'calls = []\n');
    await guest.run('import counter\ncounter.calls.append(1)');
    guest.files.writeFile('/workspace/unrelated.csv', 'a\n');
    expect(await valueOf('import counter\ncounter.calls.append(1)\nlen(counter.calls)')).toBe(2);
  });
});

describe('files of a run', () => {
  it('have their former name listed when they were renamed, and are found under it', async () => {
    const write =
      'from pathlib import Path\nPath("C:\\\\data\\\\a.csv").write_text("x")\nPath("b\\nc").write_text("y")';
    const { files } = await guest.run(`${write}\nNone`);
    expect(files.map(({ name, was }) => [name, was])).toEqual([
      ['b_c', 'b\nc'],
      ['data/a.csv', 'C:\\data\\a.csv'],
    ]);
    expect(await valueOf('open("C:\\\\data\\\\a.csv").read() + open("b\\nc").read()')).toBe('xy');
    expect((await guest.run('open("data/a.csv").read()')).files).toEqual([]);
  });

  it('are not renamed to a name that exists', async () => {
    const { files } = await guest.run('open("d_e", "w").close()\nopen("d\\ne", "w").close()');
    expect(files.map(({ name }) => name)).toEqual(['d_e', 'd_e-2']);
  });
});

describe('files outside the workspace', () => {
  const elsewhere = async (session: Guest, code: string): Promise<string[]> =>
    (await session.run(code)).elsewhere.map(({ name }) => name);

  it('are listed when the run made or changed them', async () => {
    const session = guest.newSession();
    expect(await elsewhere(session, 'for n in "ab": open(f"/tmp/{n}.csv", "w").write(n)')).toEqual([
      '/tmp/a.csv',
      '/tmp/b.csv',
    ]);
    expect(await elsewhere(session, 'open("/tmp/b.csv").read()')).toEqual([]);
    expect(await elsewhere(session, 'open("/tmp/b.csv", "a").write("more")')).toEqual(['/tmp/b.csv']);
  });

  it('are not listed when a package brought them between runs', async () => {
    const session = guest.newSession();
    expect(await elsewhere(session, 'open("/tmp/mine", "w").close()')).toEqual(['/tmp/mine']);
    session.placePackageFile('/share/man/man1/tool.1', new Uint8Array([1]));
    expect(await elsewhere(session, 'open("/tmp/other", "w").close()')).toEqual(['/tmp/other']);
  });

  it('are not listed when they were there before, however many they are', async () => {
    const session = await startGuest();
    const many =
      'import os\nos.makedirs("/data", exist_ok=True)\nfor n in range(2500): open(f"/data/{n:04}", "w").close()';
    expect(await elsewhere(session, many)).toHaveLength(20);
    // Room for others among those that are looked at.
    const fewer = 'for n in range(600): os.unlink(f"/data/{n:04}")\nopen("/tmp/new", "w").close()';
    expect((await elsewhere(session, fewer)).filter((name) => name.startsWith('/data/'))).toEqual([]);
    expect(await elsewhere(session, 'for n in range(600, 1200): os.unlink(f"/data/{n:04}")')).toEqual([]);
    expect(await elsewhere(session, 'open("/tmp/newer", "w").close()')).toEqual(['/tmp/newer']);
  });
});
