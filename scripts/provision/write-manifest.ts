import { readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  MANIFEST_FILE,
  wholeSeconds,
  type FileRecord,
  type FolderOrigin,
  type Manifest,
} from '../../src/main/electron-files/completion-manifest.ts';
import { sha256Hex } from '../../src/main/electron-files/hash-file.ts';

/** The last step of preparing a folder: see `checkManifest`. */
export async function writeManifest(folder: string, { integrity, recipe }: FolderOrigin): Promise<void> {
  const files: FileRecord[] = [];
  for (const file of await filesBelow(folder)) {
    const found = await stat(path.join(folder, file));
    files.push({
      path: file,
      size: found.size,
      modifiedSeconds: wholeSeconds(found.mtimeMs),
      sha256: await sha256Hex(path.join(folder, file)),
    });
  }
  const manifest: Manifest = { integrity, recipe, files };
  await writeFile(path.join(folder, MANIFEST_FILE), JSON.stringify(manifest, null, 1));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => file !== MANIFEST_FILE)
    .sort();
}
