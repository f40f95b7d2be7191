import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';

/** Wheels have some thousands of entries. */
const MAX_ENTRIES = 100_000;

/**
 * The entries of a zip by their names. yauzl refuses absolute names, backslashes and `..`.
 *
 * @throws Error saying what is wrong with the zip
 */
export async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw new Error(`it has ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) throw new Error('two of its entries have the same name');
    entries.set(entry.fileName, entry);
  }
  return entries;
}

/** Reads one entry. @throws Error when it is larger than the cap, or damaged */
export async function readEntry(zip: ZipFile, entry: Entry, maxBytes: number): Promise<Uint8Array> {
  if (entry.uncompressedSize > maxBytes) {
    throw new Error(`an entry of it has ${entry.uncompressedSize} bytes, which is too much`);
  }
  // yauzl checks that it is not longer than it says.
  const stream: Readable = await zip.openReadStreamPromise(entry);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
}
