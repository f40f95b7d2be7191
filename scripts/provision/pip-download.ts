import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { firstWords, type ProgramResult } from '../shared/run-program.ts';
import { errorCode, SetupError } from '../shared/setup-error.ts';
import type { Machine } from './machine.ts';

/** pip gives up by itself on a dead connection; this is for the case that it does not. */
const DOWNLOAD_LIMIT_MS = 20 * 60_000;

export interface PipFile {
  /** Such as `openpyxl==3.1.5`. */
  readonly requirement: string;
  readonly fileName: string;
  readonly sha256: string;
}

/**
 * Downloads exactly these wheels with the pip that is configured on this computer, and hands over each file's
 * path. The files are gone afterwards.
 *
 * @throws SetupError saying what pip said
 */
export async function withPipDownload<T>(
  machine: Machine,
  files: readonly PipFile[],
  use: (pathOf: (fileName: string) => string) => Promise<T>,
  parent: string,
): Promise<T> {
  const folder = await mkdtemp(path.join(parent, `.staging-${String(process.pid)}-`));
  try {
    const list = path.join(folder, 'requirements.txt');
    const lines = files.map(({ requirement, sha256 }) => `${requirement} --hash=sha256:${sha256}`);
    await writeFile(list, `${lines.join('\n')}\n`);
    const options = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--no-cache-dir', '--quiet'];
    const result = await runPip(machine, ['download', ...options, '-d', folder, '-r', list]);
    const pathOf = (fileName: string): string => path.join(folder, fileName);
    if (result.code !== 0 || files.some(({ fileName }) => !existsSync(pathOf(fileName)))) {
      const names = files.map(({ requirement }) => requirement).join(', ');
      throw new SetupError(
        `pip could not download ${names}. Check that the package index that pip is configured for can be reached, ` +
          `then run this again. pip said:\n${firstWords(result.stderr)}`,
      );
    }
    return await use(pathOf);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runPip(machine: Machine, args: readonly string[]): Promise<ProgramResult> {
  const signal = AbortSignal.timeout(DOWNLOAD_LIMIT_MS);
  for (const [program, ...first] of [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const) {
    try {
      const result = await machine.run(program, [...first, ...args], { env: machine.env, signal });
      if (result.code === 0 || !result.stderr.includes('No module named pip')) return result;
    } catch (error) {
      if (signal.aborted) {
        throw new SetupError(
          `pip did not finish in ${String(DOWNLOAD_LIMIT_MS / 60_000)} minutes and was stopped. Check the network ` +
            'and the package index that pip is configured for, then run this again.',
        );
      }
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  throw new SetupError(
    'the program "pip" was not found, and it is needed to download the wheels for the tests. Install Python with ' +
      'pip (on Debian: apt-get install python3-pip), then run this again.',
  );
}
