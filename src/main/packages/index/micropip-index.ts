import { fromBufferPromise } from 'yauzl';
import { entriesOf, readEntry } from '../store/zip-reader.ts';

/** Where micropip says which index it asks. */
const SOURCE = 'micropip/package_index.py';
const MAX_SOURCE_BYTES = 1024 * 1024;

const ADDRESS = '"(https://[a-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._~/-]*)?)"';
const DEFAULTS = /^DEFAULT_INDEX_URLS = \[(.+)\]$/gmu;
const CONSTANT = /^[A-Z][A-Z0-9_]*$/u;

/**
 * The index that micropip asks by default, read out of its wheel as text; nothing of it is run.
 *
 * @param wheel bytes that have been checked against the lock
 * @returns null when this micropip does not say it in the form that is known
 * @throws Error when the wheel can't be read
 */
export const indexOfMicropip = async (wheel: Uint8Array): Promise<string | null> => {
  const zip = await fromBufferPromise(Buffer.from(wheel.buffer, wheel.byteOffset, wheel.byteLength));
  const entry = (await entriesOf(zip)).get(SOURCE);
  if (entry === undefined) return null;
  const source = new TextDecoder().decode(await readEntry(zip, entry, MAX_SOURCE_BYTES));
  const listed = onlyMatch(source, DEFAULTS);
  if (listed === null) return null;
  if (CONSTANT.test(listed)) return onlyMatch(source, new RegExp(`^${listed} = ${ADDRESS}$`, 'gmu'));
  return onlyMatch(listed, new RegExp(`^${ADDRESS}$`, 'gu'));
};

/** The text of the group; null unless there is exactly one match, since it is not known which of several is used. */
const onlyMatch = (text: string, pattern: RegExp): string | null => {
  const [first, ...others] = text.matchAll(pattern);
  return others.length === 0 ? (first?.[1] ?? null) : null;
};
