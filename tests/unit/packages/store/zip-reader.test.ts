/** Zips whose list of entries would take far more memory than the file. */
import { expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { entriesOf } from '../../../../src/main/packages/store/zip-reader.ts';
import { zipOf } from '../../scripts/support/zip.ts';

/** Gives each entry of a zip an extra field of that many bytes, in empty parts. */
const withExtraFields = (entries: number, bytes: number): Buffer => {
  const zip = zipOf(
    Array.from({ length: entries }, (_none, index) => ({ name: `f${String(index)}`, contents: '' })),
  );
  const end = zip.length - 22;
  const directory = zip.readUInt32LE(end + 16);
  const parts: Buffer[] = [zip.subarray(0, directory)];
  const extra = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 4) extra.writeUInt16LE(0x9999, at);
  for (let at = directory; at < end;) {
    const length = 46 + zip.readUInt16LE(at + 28);
    const central = Buffer.from(zip.subarray(at, at + length));
    central.writeUInt16LE(bytes, 30);
    parts.push(central, extra);
    at += length;
  }
  const tail = Buffer.from(zip.subarray(end));
  const size = parts.slice(1).reduce((sum, part) => sum + part.length, 0);
  tail.writeUInt32LE(size, 12);
  return Buffer.concat([...parts, tail]);
};

it('a list with a few extra fields is read', async () => {
  const entries = await entriesOf(await fromBufferPromise(withExtraFields(5, 400)));
  expect([...entries.keys()]).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
});

it('a list of hundreds of full extra fields is refused on the way', async () => {
  const zip = await fromBufferPromise(withExtraFields(100, 65_532));
  await expect(entriesOf(zip)).rejects.toThrow('its list of entries is too large');
});
