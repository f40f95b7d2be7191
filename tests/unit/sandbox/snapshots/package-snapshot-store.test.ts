import { utimesSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  imageKey,
  PackageSnapshotStore,
  type ImageContent,
} from '../../../../src/main/sandbox/snapshots/package-snapshot-store.ts';
import { sha256 } from '../../packages/support/world.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';
import { utf8 } from '../support.ts';

const RUNTIME = sha256('a runtime');

type Content = Omit<ImageContent, 'isRefused'>;
const content = (...names: [string, ...string[]]): Content => ({
  runtime: RUNTIME,
  roots: names.slice(-1),
  hashes: names.map((name) => sha256(name)),
});
const image = (text: string): Uint8Array => utf8(`${text} `.repeat(1000));

const keysIn = async (store: PackageSnapshotStore, runtime = RUNTIME): Promise<string[]> =>
  (await store.list(runtime)).map(({ key }) => key);

describe('the key of an image', () => {
  it('is made of its packages and the runtime, in whatever order they are named', () => {
    const one = content('numpy', 'pandas');
    expect(imageKey(one)).toBe(imageKey({ ...one, hashes: [...one.hashes].reverse() }));
    const others = [
      content('numpy'),
      content('numpy', 'pandas', 'six'),
      { ...one, runtime: sha256('another runtime') },
    ];
    expect(new Set([one, ...others].map(imageKey)).size).toBe(4);
  });
});

describe('a store of images', () => {
  it('gives back what it was given, also to another process', async () => {
    const folder = path.join(temporaryFolder(), 'made', 'when needed');
    const one = content('numpy', 'pandas');
    await new PackageSnapshotStore(folder).keep(one, image('pandas'));
    const store = new PackageSnapshotStore(folder);
    expect(await store.list(RUNTIME)).toEqual([{ ...one, isRefused: false, key: imageKey(one) }]);
    expect(await store.read(imageKey(one))).toEqual(image('pandas'));
    expect(await store.read(sha256('another'))).toBeUndefined();
  });

  it('lists those of one runtime, the smallest first', async () => {
    const store = new PackageSnapshotStore(temporaryFolder());
    const [large, small] = [content('numpy', 'pandas'), content('numpy')];
    const elsewhere = { ...small, runtime: sha256('another runtime') };
    for (const one of [large, small, elsewhere]) await store.keep(one, image('x'));
    expect(await keysIn(store)).toEqual([imageKey(small), imageKey(large)]);
    expect(await keysIn(store, elsewhere.runtime)).toEqual([imageKey(elsewhere)]);
    expect(await keysIn(store, sha256('a third one'))).toEqual([]);
  });

  it('remembers images that can not be made, until one is made after all', async () => {
    const store = new PackageSnapshotStore(temporaryFolder());
    const one = content('numpy');
    await store.refuse(one);
    expect(await store.list(RUNTIME)).toEqual([{ ...one, isRefused: true, key: imageKey(one) }]);
    expect(await store.read(imageKey(one))).toBeUndefined();
    await store.keep(one, image('numpy'));
    expect(await store.list(RUNTIME)).toMatchObject([{ isRefused: false }]);
  });

  it('removes an image that is discarded, and no other', async () => {
    const store = new PackageSnapshotStore(temporaryFolder());
    const [one, other] = [content('numpy'), content('pandas')];
    for (const each of [one, other]) await store.keep(each, image('x'));
    await store.discard(imageKey(one));
    expect(await keysIn(store)).toEqual([imageKey(other)]);
    expect(await store.read(imageKey(one))).toBeUndefined();
    await store.discard(imageKey(one));
  });

  it('keeps the three that were used last; those that can not be made do not count', async () => {
    const folder = temporaryFolder();
    const store = new PackageSnapshotStore(folder);
    const all = ['a', 'b', 'c', 'd'].map((name) => content(name));
    await store.refuse(content('refused'));
    for (const [index, one] of all.slice(0, 3).entries()) {
      await store.keep(one, image('x'));
      utimesSync(path.join(folder, `${imageKey(one)}.snapshot`), 1000 + index, 1000 + index);
    }
    const [a, b, c, d] = all.map(imageKey) as [string, string, string, string];
    // One is read, one was at hand in a process: the third one goes.
    await store.read(a);
    await store.used(b);
    await store.keep(content('d'), image('x'));
    expect((await readdir(folder)).filter((name) => name.endsWith('.snapshot')).sort()).toEqual(
      [a, b, d].map((key) => `${key}.snapshot`).sort(),
    );
    expect(await keysIn(store)).toEqual(expect.arrayContaining([a, b, d, imageKey(content('refused'))]));
    expect(await keysIn(store)).not.toContain(c);
  });

  it('keeps one image when two processes write the same at once', async () => {
    const folder = temporaryFolder();
    const stores = [new PackageSnapshotStore(folder), new PackageSnapshotStore(folder)];
    const one = content('numpy');
    await Promise.all(stores.map((store, index) => store.keep(one, image(`by ${index}`))));
    const read = await stores[0]?.read(imageKey(one));
    expect([image('by 0'), image('by 1')]).toContainEqual(read);
    expect(await keysIn(new PackageSnapshotStore(folder))).toEqual([imageKey(one)]);
  });

  it('keeps no image where nothing can be written, and does not reject', async () => {
    const store = new PackageSnapshotStore('/dev/null/images');
    await store.keep(content('numpy'), image('x'));
    await store.refuse(content('numpy'));
    await store.discard(imageKey(content('numpy')));
    expect(await store.list(RUNTIME)).toEqual([]);
  });
});
