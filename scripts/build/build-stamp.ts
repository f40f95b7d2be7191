import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contentFingerprint, sourceFiles, timeFingerprint } from './fingerprint.ts';

/** Without these nothing can be started, whatever the stamp says. */
export const NEEDED_OUTPUTS = [
  'out/main/index.js',
  'out/main/cli.js',
  'out/main/program.js',
  ...['sidecar.cjs', 'probe-sidecar.cjs', 'worker.cjs', 'guest.js', 'python_stdlib.zip'].map(
    (name) => `out/utility/${name}`,
  ),
  ...['runtime.json', 'binding.json', 'pyodide/pyodide.asm.wasm'].map((name) => `out/utility/${name}`),
];
const STAMP = 'out/.build-stamp.json';

export interface Fingerprints {
  times: string;
  contents: string;
}

export async function currentFingerprints(root: string): Promise<Fingerprints> {
  const files = await sourceFiles(root);
  const [times, contents] = await Promise.all([
    timeFingerprint(root, files),
    contentFingerprint(root, files),
  ]);
  return { times, contents };
}

/** Whether what is in out/ was made from other sources than those that are there now. */
export async function isStale(root: string): Promise<boolean> {
  const stamp = await readStamp(root);
  if (stamp === undefined || !NEEDED_OUTPUTS.every((file) => existsSync(path.join(root, file)))) return true;
  if (stamp.times === (await timeFingerprint(root, await sourceFiles(root)))) return false;
  const current = await currentFingerprints(root);
  if (stamp.contents !== current.contents) return true;
  await writeStamp(root, current);
  return false;
}

export async function readStamp(root: string): Promise<Fingerprints | undefined> {
  try {
    const stamp: unknown = JSON.parse(await readFile(path.join(root, STAMP), 'utf8'));
    if (typeof stamp !== 'object' || stamp === null || !('times' in stamp) || !('contents' in stamp))
      return undefined;
    const { times, contents } = stamp;
    return typeof times === 'string' && typeof contents === 'string' ? { times, contents } : undefined;
  } catch {
    return undefined;
  }
}

export async function writeStamp(root: string, fingerprints: Fingerprints): Promise<void> {
  const file = path.join(root, STAMP);
  const temporary = `${file}.${String(process.pid)}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(temporary, JSON.stringify(fingerprints));
  await rename(temporary, file);
}

export async function removeStamp(root: string): Promise<void> {
  await rm(path.join(root, STAMP), { force: true });
}
