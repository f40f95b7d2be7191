import { pbkdf2 } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkStore } from '../../../src/main/work/work-store.ts';
import { workArguments } from '../../../src/shared/ipc/work.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-work-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'work');
};

/** Saves and waits until it is flushed, so that it is the current one. */
const save = async (store: WorkStore, name: string, text: string): Promise<void> => {
  await store.save([{ name, bytes: bytesOf(text) }], []);
  await store.flushed();
};

describe('parts of the work', () => {
  it('are there again for another store in the same folder, and none before the first', async () => {
    const folder = newFolder();
    const store = new WorkStore(folder);
    expect(await store.names()).toEqual([]);
    expect(await store.read('s1')).toEqual({ bytes: null, damaged: [], isOlder: false });
    await save(store, 's1', 'x = "ä"');
    await save(store, 's1-cell-1', '');
    const later = new WorkStore(folder);
    expect(await later.names()).toEqual(['s1', 's1-cell-1']);
    expect(textOf((await later.read('s1')).bytes)).toBe('x = "ä"');
    expect(textOf((await later.read('s1-cell-1')).bytes)).toBe('');
  });

  it('are removed with what was before them', async () => {
    const folder = newFolder();
    const store = new WorkStore(folder);
    await save(store, 's1', 'one');
    await save(store, 's1', 'two');
    await store.save([], ['s1', 's2']);
    expect(readdirSync(folder)).toEqual([]);
    expect(await new WorkStore(folder).names()).toEqual([]);
  });

  it.each([
    ['cut off', (whole: string) => whole.slice(0, -2)],
    ['changed', (whole: string) => whole.replace('two', 'tvo')],
    ['empty', () => ''],
    ['full of zeros', (whole: string) => '\0'.repeat(whole.length)],
  ])('that are %s are moved aside, and the ones before them are read', async (_name, damage) => {
    const folder = newFolder();
    await save(new WorkStore(folder), 's1', 'one');
    await save(new WorkStore(folder), 's1', 'two');
    const file = path.join(folder, 's1.part');
    const damaged = damage(readFileSync(file, 'latin1'));
    writeFileSync(file, damaged, 'latin1');
    const store = new WorkStore(folder);
    const read = await store.read('s1');
    expect([textOf(read.bytes), read.isOlder]).toEqual(['one', true]);
    expect(read.damaged).toEqual([path.join(folder, 's1.damaged-1.part')]);
    expect(readFileSync(read.damaged[0] ?? '', 'latin1')).toBe(damaged);
    // What is saved next leaves what was moved aside alone.
    await save(store, 's1', 'three');
    expect(readdirSync(folder).sort()).toEqual(['s1.damaged-1.part', 's1.part', 's1.previous.part']);
  });

  it('come back as they were before when writing ended between the two renames', async () => {
    const folder = newFolder();
    const store = new WorkStore(folder);
    await save(store, 's1', 'one');
    await save(store, 's1', 'two');
    rmSync(path.join(folder, 's1.part'));
    const later = new WorkStore(folder);
    expect(await later.names()).toEqual(['s1']);
    const read = await later.read('s1');
    expect([textOf(read.bytes), read.isOlder]).toEqual(['one', true]);
  });

  it.each(['fresh', 'next'])(
    'that are %s when the app ends are the newest, if they are whole',
    async (mark) => {
      const folder = newFolder();
      const store = new WorkStore(folder);
      await save(store, 's1', 'one');
      await save(store, 's1', 'two');
      const unflushed = path.join(folder, `s1.${mark}.part`);
      renameSync(path.join(folder, 's1.part'), unflushed);
      renameSync(path.join(folder, 's1.previous.part'), path.join(folder, 's1.part'));
      const later = new WorkStore(folder);
      const whole = await later.read('s1');
      expect([textOf(whole.bytes), whole.isOlder]).toEqual(['two', false]);
      writeFileSync(unflushed, 'vivarium-work 1 half of i');
      const read = await later.read('s1');
      expect([textOf(read.bytes), read.damaged, read.isOlder]).toEqual(['one', [], true]);
      await save(later, 's1', 'three');
      expect(readdirSync(folder).sort()).toEqual(['s1.part', 's1.previous.part']);
    },
  );

  it('are there for another store as soon as they are saved, before they are flushed', async () => {
    const folder = newFolder();
    const store = new WorkStore(folder);
    for (const text of ['one', 'two', 'three', 'four']) {
      await store.save([{ name: 's1', bytes: bytesOf(text) }], []);
      expect(textOf((await new WorkStore(folder).read('s1')).bytes)).toBe(text);
    }
    await store.save([], ['s1']);
    await store.flushed();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that their reader does not understand are moved aside, one version after the other', async () => {
    const store = new WorkStore(newFolder());
    await save(store, 's1', 'one');
    await save(store, 's1', 'two');
    expect(await store.setAside('s1')).toMatch(/s1\.damaged-1\.part$/u);
    expect(textOf((await store.read('s1')).bytes)).toBe('one');
    expect(await store.setAside('s1')).toMatch(/s1\.previous\.damaged-1\.part$/u);
    expect((await store.read('s1')).bytes).toBeNull();
    expect(await store.setAside('s1')).toBeNull();
  });

  it('that are saved together let others have their turn in between', async () => {
    const store = new WorkStore(newFolder());
    await store.names();
    const bytes = new Uint8Array(256 * 1024);
    const parts = Array.from({ length: 128 }, (_, index) => ({
      name: `s${index}`,
      bytes,
    }));
    let turns = 0;
    let isSaved = false;
    const count = (): void => {
      turns += 1;
      if (!isSaved) setImmediate(count);
    };
    setImmediate(count);
    await store.save(parts, []);
    isSaved = true;
    await store.flushed();
    expect(turns).toBeGreaterThan(2);
  });

  it("that are small are saved one after the other while all of Node's threads are busy", async () => {
    const store = new WorkStore(newFolder());
    await store.names();
    let busy = 0;
    const isFree = Promise.all(
      Array.from({ length: 8 }, async () => {
        busy += 1;
        await promisify(pbkdf2)('x', 'y', 500_000, 64, 'sha512');
        busy -= 1;
      }),
    );
    for (const text of ['one', 'two', 'three']) {
      await store.save([{ name: 's1', bytes: bytesOf(text) }], []);
      await store.save([{ name: 's2', bytes: bytesOf(text) }], []);
    }
    expect(busy).toBe(8);
    await isFree;
    await store.flushed();
    expect(textOf((await store.read('s1')).bytes)).toBe('three');
  });

  it('are refused once they are too much in all, and fit again when others are removed', async () => {
    const folder = newFolder();
    await save(new WorkStore(folder), 's1', 'x');
    truncateSync(path.join(folder, 's1.part'), LIMITS.workBytes - 3);
    const store = new WorkStore(folder);
    await expect(save(store, 's2', 'four')).rejects.toMatchObject({ name: 'WorkStoreError' });
    await save(store, 's2', 'two');
    await expect(save(store, 's3', 'x')).rejects.toMatchObject({ name: 'WorkStoreError' });
    await store.save([], ['s1']);
    await save(store, 's3', 'x');
    expect(textOf((await store.read('s3')).bytes)).toBe('x');
  });

  it('take turns: what is read is what was saved last', async () => {
    const store = new WorkStore(newFolder());
    const saves = Array.from({ length: 20 }, (_, index) => save(store, 's1', `${index}`));
    const read = store.read('s1');
    await Promise.all(saves);
    expect(textOf((await read).bytes)).toBe('19');
  });

  it('that can not be written are told with the reason; the next ones are tried', async () => {
    const folder = newFolder();
    const store = new WorkStore(folder);
    await save(store, 's0', 'x');
    mkdirSync(path.join(folder, 's1.fresh.part.tmp'));
    await expect(save(store, 's1', 'x')).rejects.toMatchObject({
      name: 'WorkStoreError',
      message: 'it is a folder',
    });
    await save(store, 's2', 'y');
    expect(textOf((await store.read('s2')).bytes)).toBe('y');
  });

  it('that can not take their place are told at the next save', async () => {
    const folder = newFolder();
    const store = new WorkStore(folder);
    await save(store, 's1', 'x');
    rmSync(path.join(folder, 's1.part'));
    mkdirSync(path.join(folder, 's1.part', 'full'), { recursive: true });
    mkdirSync(path.join(folder, 's1.previous.part', 'full'), { recursive: true });
    await save(store, 's1', 'y');
    await expect(save(store, 's2', 'z')).rejects.toMatchObject({ name: 'WorkStoreError' });
    expect(textOf((await store.read('s2')).bytes)).toBe('z');
  });
});

describe('what the page sends', () => {
  const accepts = (name: string): boolean => workArguments.read.safeParse([name]).success;

  it('names parts and nothing else of the file system', () => {
    expect(['sessions', 's1-ab12', 's1-ab12-cell-3'].map(accepts)).toEqual([true, true, true]);
    const hostile = ['', '../s', 's/../x', 's.part', 'S1', 'con', 's\0', 's1\n', `s${'1'.repeat(100)}`];
    expect(hostile.filter(accepts)).toEqual([]);
  });

  it('is no larger than a part may be', () => {
    const part = (size: number) => [[{ name: 's', bytes: new Uint8Array(size) }], []];
    expect(workArguments.save.safeParse(part(LIMITS.workPartBytes)).success).toBe(true);
    expect(workArguments.save.safeParse(part(LIMITS.workPartBytes + 1)).success).toBe(false);
  });
});
