import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import { z } from 'zod';
import { namesIn, writeAtomically } from './atomic-write.ts';
import { systemErrorCode } from '../../base/system-error.ts';
import { explainReadError, explainWriteError } from './file-errors.ts';
import { readPlainFile, sha256Of } from './verified-file.ts';

const REMOVE = { recursive: true, force: true, maxRetries: 3 } as const;

/** The hash covers the text of the record, so that a flipped byte in a name is found as well. */
const Envelope = z.strictObject({ format: z.int().min(1).max(99), sha256: z.string(), entry: z.string() });

/** Errors of the system as it is just now, not of a file. */
const PASSING: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EAGAIN', 'EBUSY']);

/** Files read at once. */
const AT_ONCE = 16;

/** Changes so soon before the folder was looked at may have the same time as later ones, in ms. */
const SAME_TIME_MS = 3000;

export interface RecordFolderOptions<T> {
  /** Holds nothing else; made when it is needed. */
  readonly folder: string;
  /** For files that can't be used. */
  readonly damaged: string;
  /** For files that are being written, on the same disk. */
  readonly unfinished: string;
  /** Largest file, in bytes. */
  readonly maxBytes: number;
  /** Of the files that are meant; others are left alone. */
  readonly fileName: RegExp;
  /** The record; null when it is none of that file. */
  readonly parse: (record: { readonly format: number; readonly value: unknown }, file: string) => T | null;
}

export interface LoadedRecords<T> {
  /** By the names of their files, sorted. */
  readonly found: ReadonlyMap<string, T>;
  /** Bytes of all of these files together. */
  readonly bytes: number;
  /** Names of files that were damaged, and have been moved aside. */
  readonly damaged: readonly string[];
}

interface Known<T> {
  readonly mark: string;
  readonly bytes: number;
  readonly record: T;
}

/**
 * Small records, one file each, so that two processes that add different ones need not wait for each other. Read once:
 * then only what has changed. All methods throw PackageError.
 */
export class RecordFolder<T> {
  readonly #options: RecordFolderOptions<T>;
  #known = new Map<string, Known<T>>();
  /** All there was, when the folder had that time. */
  #last: { readonly mark: string; readonly records: LoadedRecords<T> } | null = null;
  #loading: Promise<LoadedRecords<T>> | null = null;

  constructor(options: RecordFolderOptions<T>) {
    this.#options = options;
  }

  /** @throws PackageError `store-unreadable` */
  load(): Promise<LoadedRecords<T>> {
    // A caller during the reading of the folder may get a result that is a moment old.
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** @throws PackageError `store-full`, `store-unwritable` */
  async put(file: string, format: number, value: unknown): Promise<void> {
    const { folder, unfinished } = this.#options;
    const entry = JSON.stringify(value);
    const sha256 = sha256Of(new TextEncoder().encode(entry));
    const target = path.join(folder, file);
    try {
      await writeAtomically(target, `${JSON.stringify({ format, sha256, entry })}\n`, unfinished);
    } catch (error) {
      if (systemErrorCode(error) === 'EISDIR' || systemErrorCode(error) === 'ENOTEMPTY') {
        await this.#moveAside(file);
        await this.put(file, format, value);
        return;
      }
      throw explainWriteError(error, folder);
    } finally {
      this.#forget();
    }
  }

  /** @throws PackageError `store-unwritable` */
  async remove(files: Iterable<string>): Promise<void> {
    try {
      for (const file of files) await rm(path.join(this.#options.folder, file), REMOVE);
    } catch (error) {
      throw explainWriteError(error, this.#options.folder);
    } finally {
      this.#forget();
    }
  }

  /** @throws PackageError `store-unwritable` */
  async clear(): Promise<void> {
    try {
      await rm(this.#options.folder, REMOVE);
    } catch (error) {
      throw explainWriteError(error, this.#options.folder);
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#last = null;
    this.#loading = null;
  }

  async #load(): Promise<LoadedRecords<T>> {
    const before = await this.#markOfFolder();
    if (before !== null && this.#last?.mark === before.mark) return this.#last.records;
    const files = (await this.#names()).filter((file) => this.#options.fileName.test(file));
    const known = new Map<string, Known<T>>();
    const damaged: string[] = [];
    const queue = new PQueue({ concurrency: AT_ONCE });
    await queue.addAll(
      files.map((file) => async () => {
        const found = await this.#read(file);
        if (found === 'gone') return;
        if (found === 'damaged') {
          damaged.push(file);
          await this.#moveAside(file);
        } else known.set(file, found);
      }),
    );
    const sorted = [...known].sort(([left], [right]) => (left < right ? -1 : 1));
    const records: LoadedRecords<T> = {
      found: new Map(sorted.map(([file, { record }]) => [file, record])),
      bytes: sorted.reduce((sum, [, { bytes }]) => sum + bytes, 0),
      damaged: damaged.sort(),
    };
    this.#known = known;
    const isSettled = before !== null && Date.now() - before.ms > SAME_TIME_MS && damaged.length === 0;
    this.#last = isSettled ? { mark: before.mark, records } : null;
    return records;
  }

  async #markOfFolder(): Promise<{ readonly mark: string; readonly ms: number } | null> {
    try {
      const { ino, mtimeMs, mtimeNs } = await lstat(this.#options.folder, { bigint: true });
      return { mark: `${ino} ${mtimeNs}`, ms: Number(mtimeMs) };
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return null;
      throw explainReadError(error, this.#options.folder);
    }
  }

  async #read(file: string): Promise<Known<T> | 'damaged' | 'gone'> {
    const { folder, maxBytes, parse } = this.#options;
    const at = path.join(folder, file);
    try {
      const { ctimeNs, ino, mtimeNs, size } = await lstat(at, { bigint: true });
      const mark = `${ino} ${mtimeNs} ${ctimeNs} ${size}`;
      const known = this.#known.get(file);
      if (known?.mark === mark) return known;
      const bytes = await readPlainFile(at, maxBytes);
      if (typeof bytes === 'string') return 'damaged';
      const { entry, format, sha256 } = Envelope.parse(JSON.parse(new TextDecoder().decode(bytes)));
      if (sha256Of(new TextEncoder().encode(entry)) !== sha256) return 'damaged';
      const record = parse({ format, value: JSON.parse(entry) }, file);
      return record === null ? 'damaged' : { mark, bytes: bytes.byteLength, record };
    } catch (error) {
      const code = systemErrorCode(error);
      // That says nothing of the record.
      if (code !== null && PASSING.has(code)) throw explainReadError(error, folder);
      return code === 'ENOENT' ? 'gone' : 'damaged';
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await namesIn(this.#options.folder);
    } catch (error) {
      throw explainReadError(error, this.#options.folder);
    }
  }

  async #moveAside(file: string): Promise<void> {
    const { damaged, folder } = this.#options;
    try {
      await mkdir(damaged, { recursive: true });
      await rename(path.join(folder, file), path.join(damaged, `${file}-${randomUUID()}`));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw explainWriteError(error, folder);
    }
  }
}
