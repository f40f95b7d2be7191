import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Hexadecimal digits of SHA-256. */
const DIGEST_LENGTH = 64;

const digestOf = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/**
 * What takes long to make, and is kept for later builds, one of each kind.
 *
 * @param kind a name for files
 * @param key all that the content depends on
 */
export async function madeOnce(
  root: string,
  kind: string,
  key: readonly (Buffer | string | undefined)[],
  make: () => Promise<Buffer | string>,
): Promise<Buffer> {
  const folder = path.join(root, 'node_modules', '.cache', 'vivarium');
  const name = `${kind}-${digestOf(key.map((part) => digestOf(part ?? '')).join()).slice(0, 32)}`;
  const kept = await readKept(path.join(folder, name));
  if (kept !== null) return kept;
  const content = Buffer.from(await make());
  await mkdir(folder, { recursive: true });
  // Whole or not at all, for the next build.
  const unfinished = path.join(folder, `.${name}.${randomUUID()}`);
  try {
    await writeFile(unfinished, Buffer.concat([Buffer.from(digestOf(content)), content]));
    await rename(unfinished, path.join(folder, name));
  } finally {
    await rm(unfinished, { force: true });
  }
  await removeOthers(folder, kind, name);
  return content;
}

/** Null where there is none, or a damaged one. */
async function readKept(file: string): Promise<Buffer | null> {
  const bytes = await readFile(file).catch(() => null);
  const content = bytes?.subarray(DIGEST_LENGTH) ?? null;
  return content !== null && bytes?.toString('latin1', 0, DIGEST_LENGTH) === digestOf(content)
    ? content
    : null;
}

/** Each change of a source makes another one. */
async function removeOthers(folder: string, kind: string, name: string): Promise<void> {
  for (const other of await readdir(folder)) {
    if (other !== name && other.startsWith(`${kind}-`)) await rm(path.join(folder, other), { force: true });
  }
}
