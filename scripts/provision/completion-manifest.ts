import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronPin } from './closed-network-pin.ts';
import { sha256Hex } from './hash-file.ts';

const NAME = 'vivarium-manifest.json';

interface FileRecord {
  path: string;
  size: number;
  modifiedSeconds: number;
  sha256: string;
}

interface Manifest {
  electronVersion: string;
  recipe: number;
  integrity: string;
  files: FileRecord[];
}

/** Written last: its presence says that the folder is complete. */
export async function writeManifest(dist: string, pin: ElectronPin): Promise<void> {
  const files: FileRecord[] = [];
  for (const file of await filesBelow(dist)) {
    const found = await stat(path.join(dist, file));
    files.push({
      path: file,
      size: found.size,
      modifiedSeconds: seconds(found.mtimeMs),
      sha256: await sha256Hex(path.join(dist, file)),
    });
  }
  const { electronVersion, recipe, integrity } = pin;
  const manifest: Manifest = { electronVersion, recipe, integrity, files };
  await writeFile(path.join(dist, NAME), JSON.stringify(manifest, null, 1));
}

export type Soundness = { sound: true } | { sound: false; reason: string };

/**
 * Checks a folder against its manifest. Sizes always; contents of those files whose time is not the recorded
 * one, because reading 260 MB at each start would cost more than the start itself. `thorough` reads all.
 */
export async function checkManifest(
  dist: string,
  pin: ElectronPin,
  options: { thorough: boolean },
): Promise<Soundness> {
  const manifest = await readManifest(dist);
  if (manifest === undefined) return { sound: false, reason: 'it is not complete' };
  if (manifest.integrity !== pin.integrity || manifest.recipe !== pin.recipe) {
    return { sound: false, reason: 'it was made by another version of Vivarium' };
  }
  const problems = await Promise.all(manifest.files.map((file) => problemWith(dist, file, options.thorough)));
  const reason = problems.find((problem) => problem !== undefined);
  return reason === undefined ? { sound: true } : { sound: false, reason };
}

async function problemWith(dist: string, file: FileRecord, thorough: boolean): Promise<string | undefined> {
  const full = path.join(dist, file.path);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) return `${file.path} is missing`;
  if (found.size !== file.size) return `${file.path} has another size`;
  if (!thorough && seconds(found.mtimeMs) === file.modifiedSeconds) return undefined;
  return (await sha256Hex(full)) === file.sha256 ? undefined : `${file.path} has other contents`;
}

async function readManifest(dist: string): Promise<Manifest | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path.join(dist, NAME), 'utf8'));
    return isManifest(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

// By hand, because this runs at each start and loading a schema library takes longer than all the rest of it.
function isManifest(value: unknown): value is Manifest {
  return (
    hasFields(value, { electronVersion: 'string', recipe: 'number', integrity: 'string', files: 'object' }) &&
    Array.isArray(value['files']) &&
    value['files'].every((file) =>
      hasFields(file, { path: 'string', size: 'number', modifiedSeconds: 'number', sha256: 'string' }),
    )
  );
}

function hasFields(value: unknown, types: Record<string, string>): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(types).every(([name, type]) => typeof fields.get(name) === type);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

// Copying a folder (into an image, say) keeps whole seconds only.
function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
