import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

/**
 * A file that takes long to make, and is kept for later builds.
 *
 * @param name tells all that the content depends on
 * @returns where it is
 */
export async function madeOnce(
  root: string,
  name: string,
  make: () => Promise<Buffer | string>,
): Promise<string> {
  const folder = path.join(root, 'node_modules', '.cache', 'vivarium');
  const kept = path.join(folder, name);
  if (existsSync(kept)) return kept;
  const content = await make();
  await mkdir(folder, { recursive: true });
  // Whole or not at all, for the next build.
  const unfinished = `${kept}.${String(process.pid)}`;
  await writeFile(unfinished, content);
  await rename(unfinished, kept);
  return kept;
}
