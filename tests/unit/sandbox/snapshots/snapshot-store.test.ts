import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SnapshotStore } from '../../../../src/main/sandbox/snapshots/snapshot-store.ts';
import { MAX_SNAPSHOT_BYTES } from '../../../../src/shared/protocol/snapshot-image.ts';
import { becomeOrdinary } from '../../../support/privileges.ts';

const CONTENT = Uint8Array.from({ length: 100_000 }, (_none, index) => index % 251);

/** Root may read everything, so the test runs as another user. */
const setUp = async (): Promise<{
  above: string;
  folder: string;
  store: SnapshotStore;
  file: (key: string) => string;
}> => {
  const above = await mkdtemp(path.join(tmpdir(), 'vivarium-snapshots-'));
  onTestFinished(() => rm(above, { recursive: true, force: true }));
  const folder = path.join(above, 'made', 'when needed');
  return {
    above,
    folder,
    store: new SnapshotStore(folder),
    file: (key) => path.join(folder, `${key}.snapshot`),
  };
};

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

describe('a snapshot store', () => {
  it('gives back what was put in, under its key only, also in a later process', async () => {
    const { store, folder } = await setUp();
    expect(await store.read('a')).toBeUndefined();
    expect(await store.write('a', CONTENT)).toBe(true);
    expect(await new SnapshotStore(folder).read('a')).toEqual(CONTENT);
    expect(await store.read('b')).toBeUndefined();
    expect(await readdir(folder)).toEqual(['a.snapshot']);
  });

  it('replaces and removes', async () => {
    const { store } = await setUp();
    await store.write('a', CONTENT);
    await store.write('a', CONTENT.slice(1));
    expect(await store.read('a')).toEqual(CONTENT.slice(1));
    await store.remove('a');
    expect(await store.read('a')).toBeUndefined();
    await store.remove('a');
  });

  it.each([
    ['a flipped bit in the content', (bytes: Buffer) => flip(bytes, 70_000)],
    ['a flipped bit in the hash', (bytes: Buffer) => flip(bytes, 10)],
    ['a flipped bit in the mark', (bytes: Buffer) => flip(bytes, 0)],
    ['another version of the file', (bytes: Buffer) => bytes.fill('VIVSNAP0', 0, 8)],
    ['a cut end', (bytes: Buffer) => bytes.subarray(0, 50_000)],
    ['only its beginning', (bytes: Buffer) => bytes.subarray(0, 20)],
    ['no content', (bytes: Buffer) => bytes.subarray(0, 40)],
    ['nothing in it', () => Buffer.alloc(0)],
    ['more after its end', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
    ['something else in it', () => Buffer.from('{"not":"a snapshot"}'.repeat(1000))],
  ])('ignores a file with %s, removes it, and accepts a new one', async (_name, damage) => {
    const { store, file } = await setUp();
    await store.write('a', CONTENT);
    await writeFile(file('a'), damage(await readFile(file('a'))));
    expect(await store.read('a')).toBeUndefined();
    expect(await exists(file('a'))).toBe(false);
    expect(await store.write('a', CONTENT)).toBe(true);
    expect(await store.read('a')).toEqual(CONTENT);
  });

  it('copes with a folder in the place of a file', async () => {
    const { store, file } = await setUp();
    await mkdir(path.join(file('a'), 'inner'), { recursive: true });
    expect(await store.read('a')).toBeUndefined();
    expect(await store.write('a', CONTENT)).toBe(true);
    expect(await store.read('a')).toEqual(CONTENT);
  });

  it('copes with an unreadable file', async (context) => {
    const { store, file, above } = await setUp();
    await chmod(above, 0o777);
    becomeOrdinary(context);
    await store.write('a', CONTENT);
    await chmod(file('a'), 0o000);
    await expect(readFile(file('a'))).rejects.toMatchObject({ code: 'EACCES' });
    expect(await store.read('a')).toBeUndefined();
    expect(await store.write('a', CONTENT)).toBe(true);
  });

  it('keeps no snapshot, and says so, where nothing can be written', async () => {
    const { store, folder } = await setUp();
    await mkdir(path.dirname(folder), { recursive: true });
    await writeFile(folder, 'a file in the place of the folder');
    expect(await store.write('a', CONTENT)).toBe(false);
    expect(await store.read('a')).toBeUndefined();
    await store.remove('a');
    expect(await readFile(folder, 'utf8')).toBe('a file in the place of the folder');
  });

  it('neither writes nor reads more than may be sent', async () => {
    const { store, file } = await setUp();
    expect(await store.write('a', new Uint8Array(MAX_SNAPSHOT_BYTES + 1))).toBe(false);
    await store.write('a', CONTENT);
    await truncate(file('a'), 2 ** 40);
    expect(await store.read('a')).toBeUndefined();
  });

  it('stays whole when many write and read at once', async () => {
    const { store, folder } = await setUp();
    const other = new SnapshotStore(folder);
    await store.write('a', CONTENT);
    const seen = await Promise.all(
      Array.from({ length: 40 }, async (_none, index) => {
        const writer = index % 2 === 0 ? store : other;
        if (index % 4 < 2)
          await writer.write(
            'a',
            CONTENT.map((byte) => byte ^ (index % 8)),
          );
        return writer.read('a');
      }),
    );
    for (const content of seen) expect(content?.length).toBe(CONTENT.length);
    expect(await readdir(folder)).toEqual(['a.snapshot']);
  });

  it('keeps the three used last and removes what a writer left behind long ago', async () => {
    const { store, folder, file } = await setUp();
    for (const key of ['a', 'b', 'c']) await store.write(key, CONTENT);
    for (const [index, key] of ['a', 'b', 'c'].entries()) await utimes(file(key), 1000 + index, 1000 + index);
    await writeFile(path.join(folder, 'x.tmp'), '');
    await utimes(path.join(folder, 'x.tmp'), 1000, 1000);
    await writeFile(path.join(folder, 'y.tmp'), '');
    expect(await store.read('a')).toEqual(CONTENT);
    await store.write('d', CONTENT);
    expect((await readdir(folder)).sort()).toEqual(['a.snapshot', 'c.snapshot', 'd.snapshot', 'y.tmp']);
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
  return bytes;
}
