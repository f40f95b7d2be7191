import { randomUUID } from 'node:crypto';
import { lstat, lutimes, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { sha256 as sha256Of } from '../../foreign-text/hash.ts';
import { namesIn, removeUnfinished, writeAtomically } from './atomic-write.ts';
import { systemErrorCode } from '../../base/system-error.ts';
import { explainReadError, explainWriteError } from './file-errors.ts';
import { PackageError } from '../package-error.ts';
import { readVerified, type VerifiedRead } from './verified-file.ts';

const HASH = /^[0-9a-f]{64}$/u;

export interface StoreProgress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface DamagedFile {
  readonly sha256: string;
  readonly reason: string;
}

export interface StoreReport {
  readonly files: number;
  readonly bytes: number;
  /** Already moved aside. */
  readonly damaged: readonly DamagedFile[];
}

/** A file in the store, whose contents were not looked at. */
export interface StoredFile {
  readonly sha256: string;
  readonly bytes: number;
  /** As `Date.now()`. */
  readonly usedAtMs: number;
}

export interface StoreSize {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Files by their SHA-256, in a folder that any number of processes may use at once. Nothing half-written is
 * ever visible, and no bytes are given out that do not have their hash.
 *
 *     <folder>/files/<sha256>   what is kept
 *     <folder>/damaged/…        what was found damaged, moved aside
 *     <folder>/unfinished/…     being written
 *
 * All methods throw PackageError `store-unreadable`, `store-unwritable` or `store-full`.
 */
export class PackageStore {
  readonly folder: string;
  readonly #files: string;
  readonly #damaged: string;
  readonly #unfinished: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#files = path.join(folder, 'files');
    this.#damaged = path.join(folder, 'damaged');
    this.#unfinished = path.join(folder, 'unfinished');
  }

  /** Size in bytes of what is kept under the hash; null when there is nothing. Says nothing about its contents. */
  async sizeOf(sha256: string): Promise<number | null> {
    try {
      const found = await lstat(this.#pathOf(sha256));
      return found.isFile() ? found.size : null;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return null;
      throw explainReadError(error, this.folder);
    }
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.sizeOf(sha256)) !== null;
  }

  /** The bytes, checked. What is damaged is moved aside. */
  async read(sha256: string): Promise<VerifiedRead> {
    const file = this.#pathOf(sha256);
    let found: VerifiedRead;
    try {
      found = await readVerified(file, sha256);
    } catch (error) {
      throw explainReadError(error, this.folder);
    }
    return found.state === 'damaged' ? await this.#moveAside(sha256, found) : found;
  }

  /** Keeps bytes. @throws PackageError `hash-mismatch` when they do not have the hash */
  async write(sha256: string, bytes: Uint8Array): Promise<void> {
    const actual = await sha256Of(bytes);
    if (actual !== sha256) {
      throw new PackageError(
        'hash-mismatch',
        `bytes of SHA-256 ${actual} are not ${sha256}; fetch them again`,
      );
    }
    if ((await this.read(sha256)).state === 'sound') return;
    try {
      await this.#refuseLink();
      await writeAtomically(this.#pathOf(sha256), bytes, this.#unfinished);
    } catch (error) {
      // Windows does not replace a file that another process is reading: then that one did the work.
      if ((await this.read(sha256)).state === 'sound') return;
      throw explainWriteError(error, this.folder);
    }
  }

  /** Reads and checks everything. Damaged files are moved aside and named in the report. */
  async verify(
    options: { signal?: AbortSignal; onProgress?: (progress: StoreProgress) => void } = {},
  ): Promise<StoreReport> {
    const kept = await this.list();
    const total = sizeOfAll(kept);
    const damaged: DamagedFile[] = [];
    let [filesDone, bytesDone] = [0, 0];
    const report = (): void =>
      options.onProgress?.({ filesDone, bytesDone, filesTotal: total.files, bytesTotal: total.bytes });
    report();
    for (const { sha256, bytes } of kept) {
      if (options.signal?.aborted === true) throw new PackageError('cancelled', 'the check was cancelled');
      const found = await this.read(sha256);
      if (found.state === 'damaged') damaged.push({ sha256, reason: found.reason });
      filesDone += 1;
      bytesDone += bytes;
      report();
    }
    return { ...total, damaged };
  }

  /** What is kept; neither damaged nor unfinished files count. */
  async sizes(): Promise<StoreSize> {
    return sizeOfAll(await this.list());
  }

  /** Everything that is kept. */
  async list(): Promise<StoredFile[]> {
    try {
      const names = (await namesIn(this.#files)).filter((name) => HASH.test(name));
      const kept = await Promise.all(
        names.map(async (sha256): Promise<StoredFile[]> => {
          const found = await lstat(path.join(this.#files, sha256)).catch(() => null);
          if (found === null) return [];
          return [{ sha256, bytes: found.isFile() ? found.size : 0, usedAtMs: found.mtimeMs }];
        }),
      );
      return kept.flat();
    } catch (error) {
      throw explainReadError(error, this.folder);
    }
  }

  /** They are used now: others are removed before them. Never rejects. */
  async touch(hashes: Iterable<string>): Promise<void> {
    const now = new Date();
    await Promise.all(
      [...hashes].map((sha256) => lutimes(this.#pathOf(sha256), now, now).catch(() => undefined)),
    );
  }

  /** Removes one file; returns its size in bytes, 0 when there is none. */
  async remove(sha256: string): Promise<number> {
    const bytes = await this.sizeOf(sha256);
    try {
      await rm(this.#pathOf(sha256), REMOVE);
    } catch (error) {
      throw explainWriteError(error, this.folder);
    }
    return bytes ?? 0;
  }

  /** Removes everything, but what living processes are writing. Returns what was removed. */
  async clear(): Promise<StoreSize> {
    const removed = await this.sizes();
    try {
      for (const name of await namesIn(this.#files)) await rm(path.join(this.#files, name), REMOVE);
      await rm(this.#damaged, REMOVE);
      await removeUnfinished(this.#unfinished);
    } catch (error) {
      throw explainWriteError(error, this.folder);
    }
    return removed;
  }

  /** Removes what killed processes left and what was moved aside. */
  async tidy(): Promise<void> {
    try {
      await removeUnfinished(this.#unfinished);
      await rm(this.#damaged, REMOVE);
    } catch (error) {
      throw explainWriteError(error, this.folder);
    }
  }

  #pathOf(sha256: string): string {
    if (!HASH.test(sha256)) throw new Error('not a SHA-256');
    return path.join(this.#files, sha256);
  }

  async #moveAside(sha256: string, found: VerifiedRead): Promise<VerifiedRead> {
    const file = this.#pathOf(sha256);
    const aside = path.join(this.#damaged, `${sha256}-${randomUUID()}`);
    try {
      await mkdir(this.#damaged, { recursive: true });
      await rename(file, aside);
      // Another process may have mended it since it was read: then it was a sound file that was moved.
      const moved = await readVerified(aside, sha256);
      if (moved.state !== 'sound') return found;
      await rename(aside, file);
      return moved;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return found;
      throw explainWriteError(error, this.folder);
    }
  }

  /** Refuses links: whoever can create one there would decide where files are written. */
  async #refuseLink(): Promise<void> {
    const found = await lstat(this.#files).catch(() => null);
    if (found?.isSymbolicLink() !== true) return;
    throw new PackageError(
      'store-unwritable',
      `${this.#files} is a symbolic link, and packages are not written through one; remove it`,
    );
  }
}

const REMOVE = { recursive: true, force: true, maxRetries: 3 } as const;

const sizeOfAll = (kept: readonly { bytes: number }[]): StoreSize => ({
  files: kept.length,
  bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
});
