import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeOldStores } from '../../../../src/main/packages/store/old-stores.ts';
import { PackageStore } from '../../../../src/main/packages/store/store.ts';
import { UserLock } from '../../../../src/main/packages/store/user-lock.ts';
import type { UserEntry } from '../../../../src/main/packages/resolve/package-entry.ts';
import { eventually } from '../../../support/eventually.ts';
import { needSystem } from '../../../support/not-run.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';
import { sha256 } from '../support/world.ts';

const ONE = new TextEncoder().encode('the first file');
const TWO = new TextEncoder().encode('the second file');
const HASH = sha256(ONE);

async function filled(): Promise<{ store: PackageStore; file: string; other: string; folder: string }> {
  const folder = path.join(temporaryFolder(), 'store');
  const store = new PackageStore(folder);
  await store.write(HASH, ONE);
  await store.write(sha256(TWO), TWO);
  return {
    store,
    folder,
    file: path.join(folder, 'files', HASH),
    other: path.join(folder, 'files', sha256(TWO)),
  };
}

const flipByte = (file: string): void => {
  const bytes = readFileSync(file);
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  writeFileSync(file, bytes);
};

test('gives back what it was given, under its hash only', async () => {
  const { store, folder } = await filled();
  expect(await store.read(HASH)).toEqual({ state: 'sound', bytes: Buffer.from(ONE) });
  expect(await store.sizeOf(HASH)).toBe(ONE.byteLength);
  expect(await store.read('0'.repeat(64))).toEqual({ state: 'absent' });
  expect(await store.has('0'.repeat(64))).toBe(false);
  expect(await store.sizes()).toEqual({ files: 2, bytes: ONE.byteLength + TWO.byteLength });
  expect(readdirSync(path.join(folder, 'unfinished'))).toEqual([]);
});

test('refuses bytes with another hash', async () => {
  const { store, folder } = await filled();
  await expect(store.write('0'.repeat(64), ONE)).rejects.toMatchObject({ code: 'hash-mismatch' });
  expect(readdirSync(path.join(folder, 'files'))).toHaveLength(2);
});

test('a name that is no hash never becomes a path', async () => {
  const { store } = await filled();
  await expect(store.read('../../etc/passwd')).rejects.toThrow(/not a SHA-256/u);
  await expect(store.write('../x', ONE)).rejects.toMatchObject({ code: 'hash-mismatch' });
});

test('an empty store is an empty store', async () => {
  const store = new PackageStore(path.join(temporaryFolder(), 'nothing', 'here'));
  expect(await store.sizes()).toEqual({ files: 0, bytes: 0 });
  expect(await store.verify()).toEqual({ files: 0, bytes: 0, damaged: [] });
  expect(await store.clear()).toEqual({ files: 0, bytes: 0 });
  expect(await store.read(HASH)).toEqual({ state: 'absent' });
});

const DAMAGES: [string, (file: string) => void, RegExp][] = [
  ['truncated', (file) => truncateSync(file, 5), /SHA-256/u],
  ['one bit flipped', flipByte, /SHA-256/u],
  ['emptied', (file) => truncateSync(file, 0), /SHA-256/u],
  ['longer', (file) => writeFileSync(file, `${ONE.toString()}x`), /SHA-256/u],
  ['another valid file', (file) => writeFileSync(file, TWO), /SHA-256/u],
  [
    'a folder in its place',
    (file) => {
      rmSync(file);
      mkdirSync(path.join(file, 'inner'), { recursive: true });
    },
    /a folder/u,
  ],
  [
    'a link to a good copy',
    (file) => {
      renameSync(file, `${file}.copy`);
      symlinkSync(`${file}.copy`, file);
    },
    /symbolic link/u,
  ],
  [
    'a link to nowhere',
    (file) => {
      rmSync(file);
      symlinkSync('/nowhere/at/all', file);
    },
    /symbolic link/u,
  ],
  [
    'a pipe that nobody writes to',
    (file) => {
      rmSync(file);
      expect(spawnSync('mkfifo', [file]).status).toBe(0);
    },
    /not a file/u,
  ],
  ['of absurd size', (file) => truncateSync(file, 1e12), /bytes/u],
];

describe('a damaged file is found before it is used, and moved aside', () => {
  test.each(DAMAGES)('%s', async (_what, damage, reason) => {
    const { store, folder, file, other } = await filled();
    const untouched = statSync(other, { bigint: true });
    damage(file);
    const found = await store.read(HASH);
    expect(found).toMatchObject({ state: 'damaged', reason: expect.stringMatching(reason) as string });
    expect(found).not.toHaveProperty('bytes');
    expect(readdirSync(path.join(folder, 'damaged'))).toHaveLength(1);
    expect(await store.read(HASH)).toEqual({ state: 'absent' });

    await store.write(HASH, ONE);
    expect(await store.read(HASH)).toMatchObject({ state: 'sound' });
    expect(statSync(other, { bigint: true })).toEqual(untouched);
  });

  test.each(DAMAGES)('%s: writing mends it', async (_what, damage) => {
    const { store, file } = await filled();
    damage(file);
    await store.write(HASH, ONE);
    expect(lstatSync(file).isFile()).toBe(true);
    expect(await store.read(HASH)).toMatchObject({ state: 'sound' });
  });

  test.each(DAMAGES)('%s: a check names it and goes on', async (_what, damage, reason) => {
    const { store, file } = await filled();
    damage(file);
    const seen: number[] = [];
    const report = await store.verify({ onProgress: ({ filesDone }) => seen.push(filesDone) });
    expect(report.damaged).toEqual([{ sha256: HASH, reason: expect.stringMatching(reason) as string }]);
    expect(seen).toEqual([0, 1, 2]);
    expect((await store.verify()).damaged).toEqual([]);
  });

  test('missing', async () => {
    const { store, file } = await filled();
    rmSync(file);
    expect(await store.read(HASH)).toEqual({ state: 'absent' });
  });
});

test('a file that another process mends while it is being read is not moved aside', async (context) => {
  needSystem(context, process.platform === 'linux', 'there is no /proc to see open files in');
  const { store, folder, file } = await filled();
  const good = `${file}.good`;
  writeFileSync(good, ONE);
  // Large, so that reading it takes a while.
  truncateSync(file, 400_000_000);
  const reading = store.read(HASH);
  await eventually(() => expect(openFiles()).toContain(file));
  renameSync(good, file);
  expect(await reading).toMatchObject({ state: 'sound' });
  expect(readFileSync(file)).toEqual(Buffer.from(ONE));
  expect(readdirSync(path.join(folder, 'damaged'))).toEqual([]);
});

const openFiles = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });

describe('errors of the file system are explained', () => {
  test('a file where the folder should be', async () => {
    const folder = path.join(temporaryFolder(), 'store');
    writeFileSync(folder, 'in the way');
    const store = new PackageStore(folder);
    await expect(store.write(HASH, ONE)).rejects.toMatchObject({
      code: expect.stringMatching(/^store-un/u) as string,
    });
    await expect(store.sizes()).rejects.toMatchObject({ code: 'store-unreadable' });
    expect(readFileSync(folder, 'utf8')).toBe('in the way');
  });

  test('a folder of files that is a link', async () => {
    const { store, folder } = await filled();
    const elsewhere = temporaryFolder();
    rmSync(path.join(folder, 'files'), { recursive: true });
    symlinkSync(elsewhere, path.join(folder, 'files'));
    await expect(store.write(HASH, ONE)).rejects.toMatchObject({
      code: 'store-unwritable',
      message: expect.stringMatching(/symbolic link/u) as string,
    });
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

test('clear removes all files, also damaged and forgotten ones, and says how many', async () => {
  const { store, folder, file } = await filled();
  flipByte(file);
  await store.read(HASH);
  writeFileSync(path.join(folder, 'unfinished', '2147483646-dead'), 'half');
  writeFileSync(path.join(folder, 'unfinished', `${String(process.ppid)}-alive`), 'being written');
  expect(await store.clear()).toEqual({ files: 1, bytes: TWO.byteLength });
  expect(readdirSync(path.join(folder, 'files'))).toEqual([]);
  expect(existsSync(path.join(folder, 'damaged'))).toBe(false);
  expect(readdirSync(path.join(folder, 'unfinished'))).toEqual([`${String(process.ppid)}-alive`]);
});

test('a check can be cancelled', async () => {
  const { store } = await filled();
  await expect(store.verify({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
});

test('removes the stores of older versions only', async () => {
  const data = temporaryFolder();
  const cache = path.join(data, 'pyodide-cache');
  for (const name of ['0.27.7', '313.9.9', '314.0.2', '314.0.3', '314.0.10', '315.0.0', 'mine']) {
    mkdirSync(path.join(cache, name), { recursive: true });
    writeFileSync(path.join(cache, name, 'file'), '12345');
  }
  symlinkSync(data, path.join(cache, '1.2.3'));
  expect(await removeOldStores(data, '314.0.3')).toEqual({
    versions: expect.arrayContaining(['0.27.7', '313.9.9', '314.0.2']) as string[],
    bytes: 15,
  });
  expect(readdirSync(cache).sort()).toEqual(['1.2.3', '314.0.10', '314.0.3', '315.0.0', 'mine']);
  expect(await removeOldStores(path.join(data, 'nowhere'), '314.0.3')).toEqual({ versions: [], bytes: 0 });
});

describe("the user's own lock", () => {
  const entry = (name: string): UserEntry => ({
    name,
    version: '1.0',
    fileName: `${name}-1.0-py3-none-any.whl`,
    sha256: HASH,
    kind: 'wheel',
    depends: ['other>=1'],
    imports: [name],
    origin: 'user',
    asked: '',
    named: false,
  });

  async function userLock(): Promise<{ lock: UserLock; folder: string; file: string }> {
    const folder = temporaryFolder();
    const lock = new UserLock(folder);
    await lock.put(entry('one'));
    await lock.put(entry('two'));
    return { lock, folder, file: path.join(folder, 'user-lock', 'package-one.json') };
  }

  test('gives back what was recorded', async () => {
    const { lock } = await userLock();
    expect(await lock.load()).toMatchObject({ entries: [entry('one'), entry('two')], damaged: [] });
    await lock.put({ ...entry('one'), version: '2.0' });
    expect((await lock.load()).entries[0]?.version).toBe('2.0');
    await lock.clear();
    expect(await lock.load()).toMatchObject({ entries: [], damaged: [] });
  });

  test.each([
    ['truncated', (file: string) => truncateSync(file, 20)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    [
      'a flipped byte in a name',
      (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('other', 'othfr')),
    ],
    [
      'a flipped byte in the hash',
      (file: string) =>
        writeFileSync(file, readFileSync(file, 'utf8').replace(HASH, HASH.replace(/^./u, '0'))),
    ],
    [
      'the entry of another package',
      (file: string) => writeFileSync(file, readFileSync(file.replace('one', 'two'))),
    ],
    ['huge', (file: string) => truncateSync(file, 1e10)],
    [
      'a folder in its place',
      (file: string) => {
        rmSync(file);
        mkdirSync(path.join(file, 'inner'), { recursive: true });
      },
    ],
    [
      'a pipe in its place',
      (file: string) => {
        rmSync(file);
        expect(spawnSync('mkfifo', [file]).status).toBe(0);
      },
    ],
  ])('%s: moved aside and named, the others stay', async (_what, damage) => {
    const { lock, folder, file } = await userLock();
    damage(file);
    expect(await lock.load()).toMatchObject({ entries: [entry('two')], damaged: ['one'] });
    expect(readdirSync(path.join(folder, 'damaged'))).toHaveLength(1);
    expect(await lock.load()).toMatchObject({ entries: [entry('two')], damaged: [] });
    await lock.put(entry('one'));
    expect((await lock.load()).entries).toHaveLength(2);
  });
});
