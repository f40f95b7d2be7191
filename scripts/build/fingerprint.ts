import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Everything that decides what a build brings out. */
const FOLDERS = ['src', 'locales', 'scripts/build'];
const FILES = ['electron.vite.config.ts', 'package.json', 'package-lock.json'];
const TSCONFIG = /^tsconfig.*\.json$/;

export async function sourceFiles(root: string): Promise<string[]> {
  const top = await readdir(root);
  const inFolders = await Promise.all(FOLDERS.map((folder) => filesBelow(root, folder)));
  return [...top.filter((name) => FILES.includes(name) || TSCONFIG.test(name)), ...inFolders.flat()].sort();
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true, recursive: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

/** Changes whenever a file is written, added, removed or renamed; cheap. */
export async function timeFingerprint(root: string, files: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    files.map(async (file) => {
      const found = await stat(path.join(root, file));
      return `${file} ${String(found.size)} ${String(found.mtimeMs)}`;
    }),
  );
  return digest(lines);
}

/** Changes only when the contents do: a fresh checkout has new times but the same contents. */
export async function contentFingerprint(root: string, files: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    files.map(async (file) => `${file} ${digest([await readFile(path.join(root, file))])}`),
  );
  return digest(lines);
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}
