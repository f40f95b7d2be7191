import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from './hash-file.ts';

/** Written last into a prepared folder: its presence says that the folder is complete. */
export const MANIFEST_FILE = 'vivarium-manifest.json';

/** What a folder was made from, and how. */
export interface FolderOrigin {
  /** Of the package's tarball. */
  readonly integrity: string;
  /** Raised when what is written into the folder changes: an older one is then not used any more. */
  readonly recipe: number;
}

export interface FileRecord {
  readonly path: string;
  readonly size: number;
  readonly modifiedSeconds: number;
  readonly sha256: string;
}

export interface Manifest extends FolderOrigin {
  readonly files: readonly FileRecord[];
}

export type Soundness = { readonly sound: true } | { readonly sound: false; readonly reason: string };

/**
 * Checks a folder against its manifest. Sizes always; contents of those files whose time is not the recorded
 * one, because reading 260 MB at each start would cost more than the start itself. `thorough` reads all.
 */
export async function checkManifest(
  folder: string,
  origin: FolderOrigin,
  options: { readonly thorough: boolean },
): Promise<Soundness> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return { sound: false, reason: 'it is not complete' };
  if (manifest.integrity !== origin.integrity || manifest.recipe !== origin.recipe) {
    return { sound: false, reason: 'it was made by another version of Vivarium' };
  }
  const problems = await Promise.all(
    manifest.files.map((file) => problemWith(folder, file, options.thorough)),
  );
  const reason = problems.find((problem) => problem !== undefined);
  return reason === undefined ? { sound: true } : { sound: false, reason };
}

async function problemWith(folder: string, file: FileRecord, thorough: boolean): Promise<string | undefined> {
  const full = path.join(folder, file.path);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) return `${file.path} is missing`;
  if (found.size !== file.size) return `${file.path} has another size`;
  if (!thorough && wholeSeconds(found.mtimeMs) === file.modifiedSeconds) return undefined;
  const sha256 = await sha256Hex(full).catch(() => undefined);
  return sha256 === file.sha256 ? undefined : `${file.path} has other contents`;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path.join(folder, MANIFEST_FILE), 'utf8'));
    return isManifest(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

// By hand, because this runs at each start and loading a schema library takes longer than all the rest of it.
function isManifest(value: unknown): value is Manifest {
  return (
    hasFields(value, { recipe: 'number', integrity: 'string', files: 'object' }) &&
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

/** Copying a folder (into an image, say) keeps whole seconds only. */
export function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
