/** Snapshots and images on disk, damaged in every way: done without, and nothing else touched. */
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Wheel } from '../../../src/main/packages/wheel.ts';
import { BytecodeStore } from '../../../src/main/sandbox/packages/bytecode-store.ts';
import {
  imageKey,
  PackageSnapshotStore,
  type ImageContent,
} from '../../../src/main/sandbox/snapshots/package-snapshot-store.ts';
import { SnapshotStore } from '../../../src/main/sandbox/snapshots/snapshot-store.ts';
import { DAMAGES, stateBelow, without } from '../../support/damage.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';
import { sha256 } from '../packages/support/world.ts';

const CONTENT = Uint8Array.from({ length: 100_000 }, (_none, index) => index % 251);
const OTHER = CONTENT.map((byte) => byte ^ 1);

describe('a snapshot', () => {
  it.each(DAMAGES)('$what is not used, and can be written anew', async ({ apply }) => {
    const folder = temporaryFolder();
    const store = new SnapshotStore(folder);
    const fileOf = (key: string): string => path.join(folder, `${key}.snapshot`);
    await store.write('a', CONTENT);
    await store.write('b', OTHER);
    const before = without(stateBelow(folder), 'a.snapshot');
    apply(fileOf('a'), fileOf('b'));
    expect(await store.read('a')).toBeUndefined();
    expect(await store.read('b')).toEqual(OTHER);
    expect(await store.write('a', CONTENT)).toBe(true);
    expect(await store.read('a')).toEqual(CONTENT);
    expect(without(stateBelow(folder), 'a.snapshot')).toEqual(before);
  });

  it('that is a link to a sound one is not used', async () => {
    const folder = temporaryFolder();
    const store = new SnapshotStore(folder);
    await store.write('b', OTHER);
    symlinkSync(path.join(folder, 'b.snapshot'), path.join(folder, 'a.snapshot'));
    expect(await store.read('a')).toBeUndefined();
    expect(await store.read('b')).toEqual(OTHER);
  });
});

const RUNTIME = sha256('runtime');
const content = (name: string): Omit<ImageContent, 'isRefused'> => ({
  runtime: RUNTIME,
  roots: [name],
  hashes: [sha256(name)],
});
const [ONE, TWO] = [content('one'), content('two')];
const [KEY, OTHER_KEY] = [imageKey(ONE), imageKey(TWO)];

const PLACES = [
  ['an image with packages', '.'],
  ['the description of an image', 'content'],
] as const;
const CASES = PLACES.flatMap(([kind, below]) =>
  DAMAGES.map(({ what, apply }) => ({ kind, below, what, apply })),
);

describe('of images with packages', () => {
  it.each(CASES)('$kind, $what: that image is not used, the other one is kept', async ({ below, apply }) => {
    const folder = temporaryFolder();
    const store = new PackageSnapshotStore(folder);
    await store.keep(ONE, CONTENT);
    await store.keep(TWO, OTHER);
    const name = path.join(below, `${KEY}.snapshot`);
    const before = without(stateBelow(folder), name);
    apply(path.join(folder, name), path.join(folder, below, `${OTHER_KEY}.snapshot`));

    const listed = (await store.list(RUNTIME)).map(({ key }) => key);
    expect(listed).toContain(OTHER_KEY);
    const bytes = listed.includes(KEY) ? await store.read(KEY) : undefined;
    expect(bytes).toBeUndefined();
    expect(await store.read(OTHER_KEY)).toEqual(OTHER);
    expect(without(stateBelow(folder), name)).toEqual(before);

    await store.keep(ONE, CONTENT);
    expect((await store.list(RUNTIME)).map(({ key }) => key).sort()).toEqual([KEY, OTHER_KEY].sort());
    expect(await store.read(KEY)).toEqual(CONTENT);
  });

  it('other files in the folder are ignored', async () => {
    const folder = temporaryFolder();
    const store = new PackageSnapshotStore(folder);
    symlinkSync('/nowhere/at/all', path.join(folder, 'link'));
    mkdirSync(path.join(folder, 'folder.snapshot'));
    await store.keep(ONE, CONTENT);
    expect((await store.list(RUNTIME)).map(({ key }) => key)).toEqual([KEY]);
    for (const name of ['three', 'four', 'five']) await store.keep(content(name), OTHER);
    expect((await store.list(RUNTIME)).length).toBeLessThanOrEqual(3);
  });
});

describe('bytecode of a package', () => {
  const [one, other] = ['one', 'other'].map((name): Wheel => ({
    ...{ name, version: '1.0', fileName: `${name}.whl`, sha256: sha256(name), bytes: 1 },
    ...{ kind: 'wheel', imports: [], origin: 'lock' },
  })) as [Wheel, Wheel];
  const { signal } = new AbortController();

  it.each(DAMAGES)('$what: is not used, and never that of another package', async ({ apply }) => {
    const folder = temporaryFolder();
    const store = new BytecodeStore(folder);
    const fileOf = async (wheel: Wheel): Promise<string> => {
      const [transfer] = await store.transfersFor([wheel]);
      return path.join(folder, `${transfer?.sha256 ?? ''}.snapshot`);
    };
    await store.keep(
      new Map([
        [one.sha256, CONTENT],
        [other.sha256, OTHER],
      ]),
    );
    const file = await fileOf(one);
    const before = without(stateBelow(folder), path.basename(file));
    apply(file, await fileOf(other));
    const found = await Promise.all(
      (await store.transfersFor([one, other])).map(async ({ name, read }) => [name, await read(signal)]),
    );
    expect(found.filter(([, bytes]) => bytes !== undefined)).toEqual([['other', OTHER]]);
    expect(without(stateBelow(folder), path.basename(file))).toEqual(before);
    await store.keep(new Map([[one.sha256, CONTENT]]));
    const [again] = await store.transfersFor([one]);
    expect(await again?.read(signal)).toEqual(CONTENT);
  });
});
