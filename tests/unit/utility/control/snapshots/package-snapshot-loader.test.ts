import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PackageSnapshotPart } from '../../../../../src/shared/protocol/package-snapshot-part.ts';
import { NodeCodec } from '../../../../../src/utility/control/node/node-codec.ts';
import { compress } from '../../../../../src/utility/control/snapshots/compressed-blocks.ts';
import { PackageSnapshotLoader } from '../../../../../src/utility/control/snapshots/package-snapshot-loader.ts';

const codec = new NodeCodec();
const KEY = 'a'.repeat(64);
const PART_BYTES = 40_000;
const image = new Uint8Array(randomBytes(100_000));

/** In three parts. */
const partsOf = async (key = KEY): Promise<PackageSnapshotPart[]> => {
  const whole = await compress(codec, image);
  return [0, 1, 2].map((index) => ({
    key,
    totalBytes: whole.length,
    offset: index * PART_BYTES,
    bytes: whole.slice(index * PART_BYTES, (index + 1) * PART_BYTES),
  }));
};

const taken = async (
  loader: PackageSnapshotLoader,
  parts: readonly (PackageSnapshotPart | undefined)[],
): Promise<boolean> => {
  for (const part of parts) if (part !== undefined) loader.add(part);
  return Buffer.from(await loader.take(KEY)).equals(image);
};

describe('an image in parts', () => {
  it('is taken once', async () => {
    const loader = new PackageSnapshotLoader(codec);
    expect(await taken(loader, await partsOf())).toBe(true);
    await expect(loader.take(KEY)).rejects.toThrow('not whole');
  });

  it('may be left incomplete, and begun anew', async () => {
    const loader = new PackageSnapshotLoader(codec);
    const parts = await partsOf();
    for (const part of parts.slice(0, 2)) loader.add(part);
    expect(await taken(loader, parts)).toBe(true);
  });

  it('takes the place of another one that was left incomplete', async () => {
    const loader = new PackageSnapshotLoader(codec);
    const [first] = await partsOf('b'.repeat(64));
    if (first !== undefined) loader.add(first);
    expect(await taken(loader, await partsOf())).toBe(true);
  });

  it('with a part missing is refused without counting as damaged', async () => {
    const loader = new PackageSnapshotLoader(codec);
    const [first, , last] = await partsOf();
    await expect(taken(loader, [first, last])).rejects.toMatchObject({ code: 'busy' });
    await expect(taken(loader, [first])).rejects.toMatchObject({ code: 'busy' });
    expect(await taken(loader, await partsOf())).toBe(true);
  });
});
