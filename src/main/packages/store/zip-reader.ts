import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import { Yielder } from '../../foreign-text/yielder.ts';

export interface ZipCaps {
  readonly maxEntries: number;
  /** Of one entry, in UTF-16 units. */
  readonly maxNameLength: number;
}

/** Of a wheel: twice what an interpreter takes, which leaves room for the names of folders. */
const WHEEL_CAPS: ZipCaps = {
  maxEntries: 2 * PACKAGE_LIMITS.files,
  maxNameLength: PACKAGE_LIMITS.pathLength,
};

/**
 * The entries of a zip by their names. yauzl refuses absolute names, backslashes and `..`.
 *
 * @throws Error saying what is wrong with the zip
 */
export async function entriesOf(
  zip: ZipFile,
  { maxEntries, maxNameLength }: ZipCaps = WHEEL_CAPS,
): Promise<Map<string, Entry>> {
  // What the zip says of itself; there may be more.
  if (zip.entryCount > maxEntries) throw new Error(`it has ${zip.entryCount} entries`);
  const yielder = new Yielder();
  const entries = new Map<string, Entry>();
  let directoryBytes = 0;
  for await (const entry of zip.eachEntry()) {
    directoryBytes += directoryBytesOf(entry);
    if (directoryBytes > PACKAGE_LIMITS.zipListBytes) throw new Error('its list of entries is too large');
    if (entry.fileName.length > maxNameLength) throw new Error('the name of an entry of it is too long');
    if (entries.has(entry.fileName)) throw new Error('two of its entries have the same name');
    if (entries.size >= maxEntries) throw new Error(`it has more than ${maxEntries} entries`);
    entries.set(entry.fileName, entry);
    await yielder.pause();
  }
  return entries;
}

/** Bytes of an entry in the list, beside those that each has. */
export const directoryBytesOf = ({ extraFieldLength, fileCommentLength, fileNameLength }: Entry): number =>
  extraFieldLength + fileCommentLength + fileNameLength;

/** Reads one entry. @throws Error when it is larger than the cap, or damaged */
export async function readEntry(zip: ZipFile, entry: Entry, maxBytes: number): Promise<Uint8Array> {
  if (entry.uncompressedSize > maxBytes) {
    throw new Error(`an entry of it has ${entry.uncompressedSize} bytes, which is too much`);
  }
  // yauzl checks that it is neither longer nor shorter than it says.
  const stream: Readable = await zip.openReadStreamPromise(entry);
  const yielder = new Yielder();
  const whole = new Uint8Array(entry.uncompressedSize);
  let at = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    whole.set(chunk, at);
    at += chunk.byteLength;
    await yielder.pause();
  }
  return whole;
}
