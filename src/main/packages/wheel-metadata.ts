import { fromBufferPromise, type Entry } from 'yauzl';
import type { MarkerEnvironment } from './markers.ts';
import { normalizeName, PackageEntry, type OfferedWheel } from './package-entry.ts';
import { PackageError } from './package-error.ts';
import { parseDependency, requirementText } from './requirement.ts';
import { entriesOf, readEntry } from './zip-reader.ts';

/** Some packages put their whole manual into it. */
const MAX_METADATA_BYTES = 4 * 1024 * 1024;

/** Most dependencies of a wheel, with those that apply elsewhere. */
const MAX_STATED = 5000;

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
  let fields: ReadonlyMap<string, readonly string[]>;
  let imports: string[];
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const entries = await entriesOf(zip);
    const metadata = metadataOf(entries);
    if (metadata === undefined) throw new Error('it has no METADATA');
    fields = fieldsOf(new TextDecoder().decode(await readEntry(zip, metadata, MAX_METADATA_BYTES)));
    imports = importsOf(entries.keys());
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
  const name = fields.get('name')?.[0] ?? '';
  if (normalizeName(name) !== offer.name) throw fail(`it says that it is "${name.slice(0, 100)}"`);
  const stated = fields.get('requires-dist') ?? [];
  if (stated.length > MAX_STATED) throw fail(`it states ${stated.length} dependencies`);
  const depends = stated
    .map((text) => parseDependency(text, environment))
    .filter((requirement) => requirement !== null)
    .map(requirementText);
  const entry = PackageEntry.safeParse({ ...offer, kind: 'wheel', depends, imports, origin: 'user' });
  if (!entry.success) throw fail(entry.error.issues[0]?.message ?? 'its metadata is not valid');
  return entry.data;
}

const metadataOf = (entries: ReadonlyMap<string, Entry>): Entry | undefined => {
  const name = [...entries.keys()].find((file) => /^[^/]+\.dist-info\/METADATA$/u.test(file));
  return name === undefined ? undefined : entries.get(name);
};

/** The header fields, by their names in lower case; the description after them does not matter. */
function fieldsOf(metadata: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of metadata.split(/\r?\n/u)) {
    if (line === '') break;
    const [, name, value] = /^([A-Za-z-]+):\s*(.*)$/u.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = name.toLowerCase();
    const values = fields.get(key);
    if (values === undefined) fields.set(key, [value]);
    else values.push(value);
  }
  return fields;
}

/** Modules and packages at the top of the wheel. */
function importsOf(files: Iterable<string>): string[] {
  const imports = new Set<string>();
  for (const file of files) {
    const [, name] =
      /^([A-Za-z_]\w*)(?:\/(?:.*\/)?[^/]+\.py|\.py|\/.*\.so|(?:\.[^/]*)?\.so)$/u.exec(file) ?? [];
    if (name !== undefined) imports.add(name);
  }
  return [...imports].sort();
}
