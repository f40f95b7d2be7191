import { fromBufferPromise, type Entry } from 'yauzl';
import { oneLine } from '../../foreign-text/printable.ts';
import { Yielder } from '../../foreign-text/yielder.ts';
import type { MarkerEnvironment } from './markers.ts';
import { normalizeName } from '../../../shared/packages/package-settings.ts';
import { PackageEntry, type OfferedWheel } from './package-entry.ts';
import { PackageError } from '../package-error.ts';
import { parseDependency, requirementText } from './requirement.ts';
import { entriesOf, readEntry } from '../store/zip-reader.ts';

/** Some packages put their whole manual into it. */
const MAX_METADATA_BYTES = 4 * 1024 * 1024;
/** Of the fields; a manual that stands among them has some thousands. */
const MAX_HEADER_LINES = 100_000;

/** Most dependencies of a wheel, with those that apply elsewhere. */
const MAX_STATED = 5000;
const MAX_NAME_LENGTH = 128;

const NEWLINE = 10;
const RETURN = 13;
/** Of those fields that matter, with the colon. */
const LONGEST_FIELD = 'requires-dist:'.length;

/**
 * Makes the user's lock entry of a wheel whose bytes have been checked: its dependencies and imports are
 * those that it states itself.
 *
 * @throws PackageError `bad-wheel`
 */
export async function entryFromWheel(
  offer: OfferedWheel,
  bytes: Uint8Array,
  environment: MarkerEnvironment,
): Promise<PackageEntry> {
  const fail = (problem: string, cause?: unknown): PackageError =>
    new PackageError(
      'bad-wheel',
      `the wheel ${offer.fileName} can not be used: ${problem}; ask for another version of it`,
      { packageName: offer.name, cause },
    );
  let fields: HeaderFields;
  let imports: string[];
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const entries = await entriesOf(zip);
    const metadata = metadataOf(entries);
    if (metadata === undefined) throw new Error('it has no METADATA');
    fields = await headerFields(await readEntry(zip, metadata, MAX_METADATA_BYTES));
    imports = await importsOf(entries.keys());
  } catch (error) {
    // The words may be the wheel's own.
    throw fail(oneLine(error instanceof Error ? error.message : String(error)), error);
  }
  const name = (fields.name ?? '').slice(0, MAX_NAME_LENGTH);
  if (normalizeName(name) !== offer.name) throw fail(`it says that it is "${oneLine(name)}"`);
  const depends = await dependenciesOf(fields.requires, environment);
  const entry = PackageEntry.safeParse({ ...offer, kind: 'wheel', depends, imports, origin: 'user' });
  if (!entry.success) throw fail(entry.error.issues[0]?.message ?? 'its metadata is not valid');
  return entry.data;
}

const metadataOf = (entries: ReadonlyMap<string, Entry>): Entry | undefined => {
  const name = [...entries.keys()].find((file) => /^[^/]+\.dist-info\/METADATA$/u.test(file));
  return name === undefined ? undefined : entries.get(name);
};

interface HeaderFields {
  readonly name: string | null;
  readonly requires: readonly string[];
}

/**
 * The fields that matter here; the description after them does not.
 *
 * @throws Error when there are more than there may be
 */
async function headerFields(metadata: Uint8Array): Promise<HeaderFields> {
  const yielder = new Yielder();
  const decoder = new TextDecoder();
  let name: string | null = null;
  const requires: string[] = [];
  let lines = 0;
  for (let start = 0, end; start < metadata.length; start = end + 1) {
    end = metadata.indexOf(NEWLINE, start);
    if (end === -1) end = metadata.length;
    if (++lines > MAX_HEADER_LINES) throw new Error(`its METADATA has more than ${MAX_HEADER_LINES} lines`);
    const hasReturn = metadata[end - 1] === RETURN && end > start;
    const line = metadata.subarray(start, hasReturn ? end - 1 : end);
    if (line.length === 0) break;
    const key = fieldName(line);
    if (key !== null) {
      const value = decoder.decode(line.subarray(key.length + 1)).trim();
      if (key === 'name') name ??= value;
      else if (requires.push(value) > MAX_STATED)
        throw new Error(`it states more than ${MAX_STATED} dependencies`);
    }
    await yielder.pause();
  }
  return { name, requires };
}

const FIELDS = ['name', 'requires-dist'] as const;

/** The name of a field that matters here, and null of all else. */
function fieldName(line: Uint8Array): (typeof FIELDS)[number] | null {
  const start = String.fromCharCode(...line.subarray(0, LONGEST_FIELD)).toLowerCase();
  return FIELDS.find((field) => start.startsWith(`${field}:`)) ?? null;
}

/** @throws PackageError `bad-requirement` */
async function dependenciesOf(stated: readonly string[], environment: MarkerEnvironment): Promise<string[]> {
  const yielder = new Yielder();
  const depends: string[] = [];
  for (const text of stated) {
    const requirement = parseDependency(text, environment);
    if (requirement !== null) depends.push(requirementText(requirement));
    await yielder.pause();
  }
  return depends;
}

/** Modules and packages at the top of the wheel. */
async function importsOf(files: Iterable<string>): Promise<string[]> {
  const yielder = new Yielder();
  const imports = new Set<string>();
  for (const file of files) {
    const name = moduleOf(file);
    if (name !== null) imports.add(name);
    await yielder.pause();
  }
  return [...imports].sort();
}

/** The module at the top of the wheel that a file belongs to; null when it is of none. */
function moduleOf(file: string): string | null {
  const slash = file.indexOf('/');
  const top = slash === -1 ? file : file.slice(0, slash);
  const name = slash === -1 ? moduleName(top) : top;
  const isCode = slash === -1 ? name !== null : file.endsWith('.so') || /[^/]\.py$/u.test(file);
  return isCode && name !== null && /^[A-Za-z_]\w*$/u.test(name) ? name : null;
}

/** `a` of `a.py`, `a.so` and `a.cpython-314-wasm32-emscripten.so`. */
function moduleName(file: string): string | null {
  if (file.endsWith('.py')) return file.slice(0, -'.py'.length);
  return file.endsWith('.so') ? file.slice(0, file.indexOf('.')) : null;
}
