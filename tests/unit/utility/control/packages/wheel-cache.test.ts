/** Packages as the sidecar takes them: from several runs at once, and made by an attacker. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PACKAGE_LIMITS } from '../../../../../src/shared/protocol/package-limits.ts';
import type { PackagePart } from '../../../../../src/shared/protocol/package-parts.ts';
import { NodeCodec } from '../../../../../src/utility/control/node/node-codec.ts';
import { WheelCache } from '../../../../../src/utility/control/packages/wheel-cache.ts';
import { zipOf, type ZipEntry } from '../../../scripts/support/zip.ts';

const codec = new NodeCodec();

/** The parts in which a wheel is handed over. */
const partsOf = (archive: Uint8Array, size = 64): PackagePart[] => {
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const parts: PackagePart[] = [];
  for (let offset = 0; offset < archive.length; offset += size) {
    const bytes = new Uint8Array(archive.subarray(offset, offset + size));
    parts.push({ sha256, name: 'x', kind: 'wheel', totalBytes: archive.length, offset, bytes });
  }
  return parts;
};

const wheel = (...entries: ZipEntry[]): Buffer => zipOf(entries);
const HONEST = wheel({ name: 'x/__init__.py', contents: 'a = 1' }, { name: 'x/b.py', contents: 'b = 2' });
const hashOf = (parts: readonly PackagePart[]): string[] => [parts[0]?.sha256 ?? ''];

const taken = async (cache: WheelCache, parts: readonly PackagePart[]): Promise<string[]> => {
  const [cached] = cache.take(hashOf(parts));
  if (cached === undefined) return [];
  const contents = await Promise.all(cached.paths.map((_path, index) => cached.read(index)));
  return [...cached.paths, ...contents.map((content) => new TextDecoder().decode(content))];
};
const WHOLE = [
  '/lib/python3.14/site-packages/x/__init__.py',
  '/lib/python3.14/site-packages/x/b.py',
  'a = 1',
  'b = 2',
];

describe('a package in parts', () => {
  it('may be handed over by two at once', async () => {
    const cache = new WheelCache(codec);
    const parts = partsOf(HONEST);
    const handOver = async (): Promise<void> => {
      for (const part of parts) await cache.add(part);
    };
    await Promise.all([handOver(), handOver()]);
    expect(await taken(cache, parts)).toEqual(WHOLE);
  });

  it('may be left incomplete, and begun anew', async () => {
    const cache = new WheelCache(codec);
    const parts = partsOf(HONEST);
    for (const part of parts.slice(0, 2)) await cache.add(part);
    expect(cache.missing(hashOf(parts))).toEqual(hashOf(parts));
    for (const part of parts) await cache.add(part);
    expect(await taken(cache, parts)).toEqual(WHOLE);
  });

  it.each([
    ['a part missing', (parts: PackagePart[]) => [parts[0], parts[2]], 'x came with a part missing'],
    [
      'more than it should have',
      (parts: PackagePart[]) => parts.map((part) => ({ ...part, totalBytes: 100 })),
      'x is larger than it should be',
    ],
  ])('is refused with %s, and can be handed over again', async (_what, spoil, message) => {
    const cache = new WheelCache(codec);
    const parts = partsOf(HONEST);
    const handOver = async (sent: readonly (PackagePart | undefined)[]): Promise<void> => {
      for (const part of sent) if (part !== undefined) await cache.add(part);
    };
    await expect(handOver(spoil(parts))).rejects.toThrow(message);
    await handOver(parts);
    expect(await taken(cache, parts)).toEqual(WHOLE);
  });
});

describe("a package beyond the cache's bounds", () => {
  /** Two packages, each larger than what the cache keeps. */
  const KEPT_BYTES = 4;
  const packageOf = (name: string): PackagePart[] =>
    partsOf(wheel({ name: `${name}.py`, contents: `name = ${name}` }));
  const [a, b, c, d] = [packageOf('a'), packageOf('b'), packageOf('c'), packageOf('d')];
  const bring = async (cache: WheelCache, ...packages: PackagePart[][]): Promise<void> => {
    for (const part of packages.flat()) await cache.add(part);
  };
  const hashesOf = (...packages: PackagePart[][]): string[] => packages.flatMap(hashOf);

  it('is dropped when others arrive, the one not used for longest first', async () => {
    const bytes = a[0]?.totalBytes ?? 0;
    const cache = new WheelCache(codec, 2 * bytes);
    await bring(cache, a, b, c);
    cache.take(hashesOf(a));
    expect(cache.missing(hashesOf(a, b, c))).toEqual(hashesOf(b));
  });

  it('stays for two runs that need it at once, whichever installs first', async () => {
    const cache = new WheelCache(codec, KEPT_BYTES);
    const [one, other] = [hashesOf(a, b), hashesOf(c, d)];
    expect([cache.missing(one), cache.missing(other)]).toEqual([one, other]);
    await bring(cache, a, c, b, d);
    expect(cache.take(one)).toHaveLength(2);
    expect(cache.take(other)).toHaveLength(2);
    // Nobody waits for the first ones any more.
    expect(cache.missing(one)).toEqual(one);
  });

  it('stays for a run that needs it together with packages that are still to come', async () => {
    const cache = new WheelCache(codec, KEPT_BYTES);
    await bring(cache, a);
    cache.take(hashesOf(a));
    expect(cache.missing(hashesOf(a, b))).toEqual(hashesOf(b));
    await bring(cache, b, c);
    cache.take(hashesOf(c));
    expect(cache.take(hashesOf(a, b))).toHaveLength(2);
  });

  it('does not stay for a run that has installed it', async () => {
    const cache = new WheelCache(codec, KEPT_BYTES);
    expect(cache.missing(hashesOf(a, b))).toEqual(hashesOf(a, b));
    await bring(cache, a);
    cache.take(hashesOf(a));
    await bring(cache, c);
    cache.take(hashesOf(c));
    expect(cache.missing(hashesOf(a))).toEqual(hashesOf(a));
  });

  it('does not stay for ever for a run that never installs it', async () => {
    const cache = new WheelCache(codec, KEPT_BYTES);
    expect(cache.missing(hashesOf(a))).toEqual(hashesOf(a));
    await bring(cache, a);
    for (let others = 0; others < 10; others++) {
      const more = packageOf(`more${others}`);
      cache.missing(hashesOf(more));
      await bring(cache, more);
    }
    await bring(cache, b);
    cache.take(hashesOf(b));
    expect(cache.missing(hashesOf(a))).toEqual(hashesOf(a));
  });
});

describe('a hostile wheel', () => {
  /** The size that the archive's directory states for its last entry. */
  const lying = (stated: number): Buffer => {
    const archive = Buffer.from(HONEST);
    const entry = archive.lastIndexOf('PK\u0001\u0002');
    // Compressed, or its two sizes would have to be the same.
    archive.writeUInt16LE(8, entry + 10);
    archive.writeUInt32LE(stated, entry + 24);
    return archive;
  };

  it.each([
    ['a name that climbs', wheel({ name: 'x/../../../evil.py', contents: '' }), 'invalid relative path'],
    ['an absolute name', wheel({ name: '/etc/passwd', contents: '' }), 'absolute path'],
    ['backslashes', wheel({ name: 'x\\..\\..\\evil.py', contents: '' }), 'invalid relative path'],
    [
      'a climbing name in its data',
      wheel({ name: 'x.data/data/share/../../e', contents: '' }),
      'relative path',
    ],
    ['a name without end', wheel({ name: 'x'.repeat(600), contents: '' }), 'too long a name'],
    ['no zip in it', Buffer.from('no zip'.repeat(10)), 'End of central directory'],
    ['a size beyond all', lying(PACKAGE_LIMITS.unpackedBytes), 'too large'],
    [
      'files without end',
      wheel(...Array.from({ length: PACKAGE_LIMITS.files + 1 }, (_, n) => ({ name: `f${n}`, contents: '' }))),
      'too many files',
    ],
  ])('%s: is refused', async (_what, archive, message) => {
    const cache = new WheelCache(codec);
    const parts = partsOf(archive, archive.length);
    await expect(Promise.all(parts.map((part) => cache.add(part)))).rejects.toThrow(message);
    expect(cache.missing(hashOf(parts))).toEqual(hashOf(parts));
  });

  it.each([
    ['more than there is', lying(1000), 'invalid'],
    ['less than there is', lying(1), 'invalid'],
  ])('that states %s: has no such file', async (_what, archive, message) => {
    const cache = new WheelCache(codec);
    const parts = partsOf(archive, archive.length);
    for (const part of parts) await cache.add(part);
    await expect(taken(cache, parts)).rejects.toThrow(message);
  });

  it("with a link: it becomes a file whose text is the link's target", async () => {
    const archive = wheel({ name: 'x/link', contents: '/etc/passwd', mode: 0o120777 });
    const cache = new WheelCache(codec);
    const parts = partsOf(archive);
    for (const part of parts) await cache.add(part);
    expect(await taken(cache, parts)).toEqual(['/lib/python3.14/site-packages/x/link', '/etc/passwd']);
  });
});
