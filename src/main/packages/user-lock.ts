import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { namesIn, writeAtomically } from './atomic-write.ts';
import { explainReadError, explainWriteError, systemCode } from './file-errors.ts';
import { PackageEntry } from './package-entry.ts';
import { readPlainFile, sha256Of } from './verified-file.ts';

const MAX_ENTRY_BYTES = 256 * 1024;
const FILE_NAME = /^package-([a-z0-9-]+)\.json$/u;
const MOVED_ASIDE = /^package-([a-z0-9-]+)\.json-/u;
const REMOVE = { recursive: true, force: true, maxRetries: 3 } as const;

const fileOf = (name: string): string => `package-${name}.json`;

/** The hash covers the text of the entry, so that a flipped byte in a name is found as well. */
const UserLockFile = z.strictObject({ format: z.literal(1), sha256: z.string(), entry: z.string() });

export interface UserLockContents {
  readonly entries: readonly PackageEntry[];
  /** Names of the packages whose entries were damaged, and have been moved aside. */
  readonly damaged: readonly string[];
}

/**
 * The user's own lock: packages that Pyodide's lock does not know, as they were first found. One file for
 * each package, so that two processes that add different ones need not wait for each other.
 */
export class UserLock {
  readonly #folder: string;
  readonly #damaged: string;
  readonly #unfinished: string;

  /** @param storeFolder the folder of the store whose files the entries name */
  constructor(storeFolder: string) {
    this.#folder = path.join(storeFolder, 'user-lock');
    this.#damaged = path.join(storeFolder, 'damaged');
    this.#unfinished = path.join(storeFolder, 'unfinished');
  }

  /** @throws PackageError `store-unreadable` */
  async load(): Promise<UserLockContents> {
    const entries: PackageEntry[] = [];
    const damaged: string[] = [];
    for (const file of await this.#names()) {
      const name = FILE_NAME.exec(file)?.[1];
      if (name === undefined) continue;
      const entry = await readEntry(path.join(this.#folder, file));
      if (entry?.name === name) {
        entries.push(entry);
      } else {
        damaged.push(name);
        await this.#moveAside(file);
      }
    }
    return { entries, damaged };
  }

  /**
   * Names of packages whose entries were damaged, by whomever that was noticed, and have not been recorded anew.
   *
   * @throws PackageError `store-unreadable`, `store-unwritable`
   */
  async lost(): Promise<string[]> {
    const { entries } = await this.load();
    const there = new Set(entries.map(({ name }) => name));
    const aside = (await this.#names(this.#damaged)).flatMap((file) => MOVED_ASIDE.exec(file)?.[1] ?? []);
    return [...new Set(aside)].filter((name) => !there.has(name));
  }

  /** @throws PackageError `store-full`, `store-unwritable` */
  async put(entry: PackageEntry): Promise<void> {
    const text = JSON.stringify(PackageEntry.parse({ ...entry, origin: 'user' }));
    const sha256 = sha256Of(new TextEncoder().encode(text));
    const file = path.join(this.#folder, fileOf(entry.name));
    try {
      await writeAtomically(
        file,
        `${JSON.stringify({ format: 1, sha256, entry: text })}\n`,
        this.#unfinished,
      );
    } catch (error) {
      if (systemCode(error) === 'EISDIR' || systemCode(error) === 'ENOTEMPTY') {
        await this.#moveAside(path.basename(file));
        return this.put(entry);
      }
      throw explainWriteError(error, this.#folder);
    }
  }

  /** Forgets one package. @throws PackageError `store-unwritable` */
  async remove(name: string): Promise<void> {
    try {
      await rm(path.join(this.#folder, fileOf(name)), REMOVE);
      for (const file of await namesIn(this.#damaged)) {
        if (MOVED_ASIDE.exec(file)?.[1] === name) await rm(path.join(this.#damaged, file), REMOVE);
      }
    } catch (error) {
      throw explainWriteError(error, this.#folder);
    }
  }

  /** @throws PackageError `store-unwritable` */
  async clear(): Promise<void> {
    try {
      await rm(this.#folder, REMOVE);
    } catch (error) {
      throw explainWriteError(error, this.#folder);
    }
  }

  async #names(folder = this.#folder): Promise<string[]> {
    try {
      return (await namesIn(folder)).sort();
    } catch (error) {
      throw explainReadError(error, folder);
    }
  }

  async #moveAside(file: string): Promise<void> {
    try {
      await mkdir(this.#damaged, { recursive: true });
      await rename(path.join(this.#folder, file), path.join(this.#damaged, `${file}-${randomUUID()}`));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw explainWriteError(error, this.#folder);
    }
  }
}

/** null for whatever can't be trusted to be what was written. */
async function readEntry(file: string): Promise<PackageEntry | null> {
  try {
    const bytes = await readPlainFile(file, MAX_ENTRY_BYTES);
    if (typeof bytes === 'string') return null;
    const text = new TextDecoder().decode(bytes);
    const { entry, sha256 } = UserLockFile.parse(JSON.parse(text));
    if (sha256Of(new TextEncoder().encode(entry)) !== sha256) return null;
    return PackageEntry.parse(JSON.parse(entry));
  } catch {
    return null;
  }
}
