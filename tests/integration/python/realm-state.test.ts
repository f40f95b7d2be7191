/** What an interpreter is beside its memory: listed, and put back so that nothing of a guest is left in it. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RealmState, type NotedState } from '../../../src/utility/realm/pyodide-314/realm-state.ts';
import { startGuest, type Guest } from './guest.ts';

/** Everything that can be reached from Emscripten's objects, by how it is reached. Functions count by their number only. */
const reachable = (roots: Readonly<Record<string, unknown>>): Map<string, unknown> => {
  const found = new Map<string, unknown>();
  const seen = new Set<object>();
  const pending: [string, unknown][] = Object.entries(roots);
  for (let next; (next = pending.pop()) !== undefined;) {
    const [path, value] = next;
    if (typeof value === 'function') continue;
    if (typeof value !== 'object' || value === null) {
      found.set(path, value);
      continue;
    }
    if (seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) found.set(path, Buffer.from(value as Uint8Array).toString('base64'));
    else
      for (const name of Object.getOwnPropertyNames(value))
        pending.push([`${path}.${name}`, Reflect.get(value, name)]);
  }
  return found;
};

let guest: Guest;
let state: RealmState;
let noted: NotedState;
let memory: Uint8Array;
const graph = (): Map<string, unknown> => {
  const { ENV, FS, GOT, LDSO, freeTableIndexes } = guest.module;
  return reachable({ FS, GOT, LDSO, ENV, freeTableIndexes });
};

const start = async (): Promise<void> => {
  guest = await startGuest();
  await guest.run('1 + 1');
  state = new RealmState(guest.module);
  noted = state.note();
  memory = guest.module.HEAPU8.slice();
};

const rewind = (): string => {
  const refusal = state.reset(noted);
  if (refusal === '') guest.module.HEAPU8.set(memory);
  return refusal;
};

const valueOf = async (code: string): Promise<unknown> => {
  const { error, value } = await guest.run(code);
  expect(error).toBeNull();
  return value?.json;
};

describe('a realm', () => {
  beforeAll(start, 60_000);

  it('is the same in every new interpreter', async () => {
    const other = await startGuest();
    await other.run('1 + 1');
    expect(new RealmState(other.module).list()).toEqual(state.list());
  }, 60_000);

  it.each([
    [
      'files and folders',
      'import os\nos.makedirs("/workspace/a/b")\nopen("/workspace/a/b/c", "w").write("own")',
      'os.path.exists("/workspace/a")',
    ],
    [
      'a file that was there',
      'open("/lib/python314.zip", "r+b").write(b"own" * 1000)',
      'open("/lib/python314.zip", "rb").read(3) == b"own"',
    ],
    [
      'a folder that was taken away',
      'import os\nos.rmdir("/home/web_user")',
      'not os.path.exists("/home/web_user")',
    ],
    [
      'a library that was taken away',
      'import os\nos.unlink("/lib/python314.zip")',
      'not os.path.exists("/lib/python314.zip")',
    ],
    [
      'names that objects of JavaScript have',
      'for name in ("__proto__", "constructor", "toString"): open(f"/tmp/{name}", "w").write("own")',
      'any(os.path.exists(f"/tmp/{name}") for name in ("__proto__", "constructor", "toString"))',
    ],
    [
      'links',
      'import os\nos.symlink("/tmp", "/workspace/link")\nos.symlink("/nowhere", "/lib/dead")',
      'os.path.lexists("/workspace/link") or os.path.lexists("/lib/dead")',
    ],
    [
      'modes and times',
      'import os\nos.chmod("/tmp", 0o100)\nos.utime("/tmp", (1, 1))',
      'os.stat("/tmp").st_mode & 0o777 == 0o100 or os.stat("/tmp").st_mtime == 1',
    ],
    ['the working folder', 'import os\nos.chdir("/tmp")', 'os.getcwd() == "/tmp"'],
    [
      'open files and pipes',
      'import os\nkept = [os.open("/tmp", os.O_RDONLY) for _ in range(50)], os.pipe(), os.dup(1)',
      'len(os.listdir("/proc/self/fd")) > 10',
    ],
    [
      'streams that were closed',
      'import os\nfor fd in (0, 1, 2, 4096): os.close(fd)',
      'not all(os.fstat(fd) for fd in (0, 1, 2, 4096))',
    ],
    [
      'the position of a stream',
      'import os\nfd = os.open("/lib/python314.zip", os.O_RDONLY)\nos.dup2(fd, 2)',
      'not os.isatty(2) and os.fstat(2).st_size > 1000',
    ],
    ['the environment', 'import os\nos.environ["OWN"] = "1"', '"OWN" in os.environ'],
    [
      'variables, modules and signal handlers',
      'import sys, signal\nsys.own = own = 1\nsignal.signal(signal.SIGUSR1, print)',
      'hasattr(sys, "own") or "own" in globals()',
    ],
  ])('has nothing of a guest after a reset: %s', async (_what, code, left) => {
    const before = graph();
    const listed = state.list();
    expect((await guest.run(code)).error).toBeNull();
    // Where the guest's Python still answers, it is there now.
    expect(rewind()).toBe('');
    expect(state.list()).toEqual(listed);
    const after = graph();
    const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) => before.get(path) !== after.get(path),
    );
    expect(differing).toEqual([]);
    expect(await valueOf(`import os, sys\n${left}`)).toBe(false);
    expect(await valueOf('import json, csv\njson.dumps([1])')).toBe('[1]');
    expect(rewind()).toBe('');
  });

  it('can be reset many times', async () => {
    const before = graph();
    for (let count = 0; count < 20; count++) {
      await guest.run(`open("/workspace/own-${String(count)}", "w").write("x" * 100_000)`);
      expect(guest.listFiles()).toHaveLength(1);
      expect(rewind()).toBe('');
    }
    expect(graph()).toEqual(before);
    expect(guest.listFiles()).toEqual([]);
  });
});

describe('a realm refuses to be reset, and stays unchanged, when', () => {
  beforeEach(start, 60_000);

  it.each([
    ['the memory grew', 'own = bytearray(200_000_000)', 'the memory grew'],
    [
      'a function was made for C',
      'import ctypes\nown = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)',
      'libraries were loaded, or functions made',
    ],
  ])('%s', async (_what, code, reason) => {
    expect((await guest.run(`${code}\nopen("/workspace/own", "w").write("1")`)).error).toBeNull();
    expect(rewind()).toBe(reason);
    expect(await valueOf('import os\nos.listdir("/workspace")')).toEqual(['own']);
  });

  it('a function in the table was replaced, in a slot that was free and is free again', async () => {
    const code = 'import ctypes\nown = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)\ndel own';
    expect((await guest.run(code)).error).toBeNull();
    noted = state.note();
    memory = guest.module.HEAPU8.slice();
    expect((await guest.run(code)).error).toBeNull();
    expect(rewind()).toBe('libraries were loaded, or functions made');
  });
});
