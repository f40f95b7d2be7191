/** What every `Codec` has to do, whatever it is made of. */
import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Codec, ZipEntry } from '../../src/utility/control/host/codec.ts';
import { zipOf } from '../unit/scripts/support/zip.ts';

const text = new TextEncoder();
/** Some of it can be compressed, some can't. */
const SAMPLE = new Uint8Array([...randomBytes(1000), ...new Uint8Array(100_000)]);

const entriesIn = async (codec: Codec, archive: Uint8Array): Promise<ZipEntry[]> => {
  const found: ZipEntry[] = [];
  for await (const entry of codec.zipEntries(archive)) found.push(entry);
  return found;
};

const contentsIn = async (codec: Codec, archive: Uint8Array): Promise<Record<string, string>> => {
  const contents = (await entriesIn(codec, archive)).map(
    async (entry) => [entry.name, new TextDecoder().decode(await entry.read())] as const,
  );
  return Object.fromEntries(await Promise.all(contents));
};

/** Changes the four bytes at an offset of the first entry, both before its content and in the list. */
const withSize = (archive: Uint8Array, bytes: number): Uint8Array => {
  const changed = new Uint8Array(archive);
  const view = new DataView(changed.buffer);
  view.setUint32(22, bytes, true);
  for (let at = 0; at < changed.length - 4; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, bytes, true);
  }
  return changed;
};

export const itIsACodec = (codec: Codec): void => {
  describe.each([...codec.methods])('%s', (method) => {
    it('gives back what was compressed, also a view of something larger', async () => {
      const compressed = await codec.compress(method, SAMPLE);
      expect(compressed.byteLength).toBeLessThan(5000);
      const around = new Uint8Array(compressed.byteLength + 20);
      around.set(compressed, 7);
      const view = around.subarray(7, 7 + compressed.byteLength);
      expect(Buffer.from(await codec.decompress(method, view, SAMPLE.length)).equals(SAMPLE)).toBe(true);
    });

    it('has nothing of nothing', async () => {
      const compressed = await codec.compress(method, new Uint8Array());
      expect(await codec.decompress(method, compressed, 0)).toHaveLength(0);
    });

    it('refuses more than the cap, what is damaged, and what is cut', async () => {
      const compressed = await codec.compress(method, SAMPLE);
      await expect(codec.decompress(method, compressed, SAMPLE.length - 1)).rejects.toThrow();
      await expect(codec.decompress(method, new Uint8Array(100).fill(255), SAMPLE.length)).rejects.toThrow();
      await expect(
        codec.decompress(method, compressed.subarray(0, -1), SAMPLE.length).then((bytes) => {
          // Some engines give what there was, which a receiver notices that knows the size.
          if (bytes.length !== SAMPLE.length) throw new Error('cut');
        }),
      ).rejects.toThrow();
    });
  });

  describe('zip', () => {
    it('gives back what was put in, of any name', async () => {
      const contents = [
        { name: 'a/__pycache__/b.pyc', bytes: SAMPLE },
        { name: 'größe.txt', bytes: text.encode('ü') },
        { name: 'empty', bytes: new Uint8Array() },
      ];
      const entries = await entriesIn(codec, await codec.makeZip(contents));
      expect(entries.map(({ name, bytes }) => ({ name, bytes }))).toEqual(
        contents.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
      );
      const read = await Promise.all(entries.map((entry) => entry.read()));
      expect(read.map((bytes) => Buffer.from(bytes))).toEqual(
        contents.map(({ bytes }) => Buffer.from(bytes)),
      );
    });

    it('reads what others made, stored and deflated', async () => {
      const archive = zipOf([
        { name: 'x/stored.py', contents: 'a = 1' },
        { name: 'x/deflated.py', contents: 'b = 2\n'.repeat(1000), deflated: true },
        { name: 'x/', contents: '' },
      ]);
      const entries = await entriesIn(codec, archive);
      expect(entries.map(({ name }) => name)).toEqual(['x/stored.py', 'x/deflated.py', 'x/']);
      expect(entries.map(({ listBytes }) => listBytes)).toEqual([11, 13, 2]);
      expect(new TextDecoder().decode(await entries[1]?.read())).toBe('b = 2\n'.repeat(1000));
    });

    it('reads what is small and what is large, of an archive within something larger', async () => {
      const contents = ['b = 2\n', 'b = 2\n'.repeat(100_000)];
      const archive = zipOf(
        contents.map((one, index) => ({ name: `x/${index}.py`, contents: one, deflated: true })),
      );
      const around = new Uint8Array(archive.length + 20);
      around.set(archive, 7);
      const found = await contentsIn(codec, around.subarray(7, 7 + archive.length));
      expect(Object.values(found)).toEqual(contents);
    });

    it('refuses an entry whose own header is damaged', async () => {
      const archive = zipOf([{ name: 'a', contents: 'a' }]);
      archive.writeUInt32LE(0, 0);
      await expect(contentsIn(codec, archive)).rejects.toThrow();
    });

    it.each(['/etc/passwd', '../up', 'a/../../up', 'C:/windows'])('refuses the name %j', async (name) => {
      await expect(contentsIn(codec, zipOf([{ name, contents: 'x' }]))).rejects.toThrow();
    });

    it.each([
      ['nothing', new Uint8Array()],
      ['no zip', text.encode('no zip at all, but some text that is long enough')],
      ['one cut at its end', zipOf([{ name: 'a', contents: 'a' }]).subarray(0, -30)],
      ['one cut at its beginning', zipOf([{ name: 'a', contents: 'a'.repeat(100) }]).subarray(80)],
    ])('refuses %s', async (_what, archive) => {
      await expect(contentsIn(codec, archive)).rejects.toThrow();
    });

    it.each([1, 5_999, 6_001, 100_000])('refuses content of 6000 bytes said to be %i', async (size) => {
      const archive = withSize(
        zipOf([{ name: 'a', contents: 'b = 2\n'.repeat(1000), deflated: true }]),
        size,
      );
      await expect(contentsIn(codec, archive)).rejects.toThrow();
    });

    it('refuses damaged content', async () => {
      const archive = zipOf([{ name: 'a', contents: 'b = 2\n'.repeat(1000), deflated: true }]);
      const deflated = deflateRawSync('b = 2\n'.repeat(1000), { level: 1 });
      const at = archive.indexOf(deflated);
      archive.fill(0xff, at, at + deflated.length);
      await expect(contentsIn(codec, archive)).rejects.toThrow();
    });
  });
};
