import { createHash } from 'node:crypto';
import path from 'node:path';
import { rm } from 'node:fs/promises';
import { namesIn } from './atomic-write.ts';
import { explainReadError, explainWriteError } from './file-errors.ts';
import { PackageEntry, UserEntry } from '../resolve/package-entry.ts';
import { RecordFolder } from './record-folder.ts';

const MAX_ENTRY_BYTES = 256 * 1024;
/** Entries of format 1 do not say what was asked for, nor whether a run named the package itself. */
const FORMAT = 2;
const FILE_NAME = /^package-([a-z0-9-]+)(?:@[0-9a-f]{16})?\.json$/u;
const MOVED_ASIDE = /^package-([a-z0-9-]+)(?:@[0-9a-f]{16})?\.json-/u;
const REMOVE = { recursive: true, force: true, maxRetries: 3 } as const;

/** One for each package and what was asked of it. */
const fileOf = ({ asked, name }: Pick<UserEntry, 'asked' | 'name'>): string => {
  const which = asked === '' ? '' : `@${createHash('sha256').update(asked).digest('hex').slice(0, 16)}`;
  return `package-${name}${which}.json`;
};

export interface UserLockContents {
  readonly entries: readonly UserEntry[];
  /** Of their files, in bytes. */
  readonly bytes: number;
  /** Names of the packages whose entries were damaged, and have been moved aside. */
  readonly damaged: readonly string[];
}

/**
 * The user's own lock: packages that Pyodide's lock does not know, as they were first found for what was asked. One
 * file for each, so that two processes that add different ones need not wait for each other.
 */
export class UserLock {
  readonly #records: RecordFolder<UserEntry>;
  readonly #damaged: string;
  /** The same object for the same records. */
  readonly #contents = new WeakMap<object, UserLockContents>();

  /** @param storeFolder the folder of the store whose files the entries name */
  constructor(storeFolder: string) {
    this.#damaged = path.join(storeFolder, 'damaged');
    this.#records = new RecordFolder({
      folder: path.join(storeFolder, 'user-lock'),
      damaged: this.#damaged,
      unfinished: path.join(storeFolder, 'unfinished'),
      maxBytes: MAX_ENTRY_BYTES,
      fileName: FILE_NAME,
      parse: ({ format, value }, file) => {
        const entry = format === FORMAT ? UserEntry.safeParse(value).data : fromFormat1(format, value);
        return entry !== undefined && fileOf(entry) === file ? entry : null;
      },
    });
  }

  /** @throws PackageError `store-unreadable` */
  async load(): Promise<UserLockContents> {
    const records = await this.#records.load();
    const known = this.#contents.get(records);
    if (known !== undefined) return known;
    const damaged = records.damaged.flatMap((file) => FILE_NAME.exec(file)?.[1] ?? []);
    const contents = { entries: [...records.found.values()], bytes: records.bytes, damaged };
    this.#contents.set(records, contents);
    return contents;
  }

  /**
   * Names of packages whose entries were damaged, by whomever that was noticed, and have not been recorded anew.
   *
   * @throws PackageError `store-unreadable`, `store-unwritable`
   */
  async lost(): Promise<string[]> {
    const { entries } = await this.load();
    const there = new Set(entries.map(({ name }) => name));
    const aside = (await this.#namesAside()).flatMap((file) => MOVED_ASIDE.exec(file)?.[1] ?? []);
    return [...new Set(aside)].filter((name) => !there.has(name));
  }

  /** @throws PackageError `store-full`, `store-unwritable` */
  async put(entry: UserEntry): Promise<void> {
    const checked = UserEntry.parse(entry);
    await this.#records.put(fileOf(checked), FORMAT, checked);
  }

  /** Forgets one package, whatever was asked of it. @throws PackageError `store-unwritable` */
  async remove(name: string): Promise<void> {
    const { entries } = await this.load();
    await this.forget(entries.filter((entry) => entry.name === name));
    try {
      for (const file of await namesIn(this.#damaged)) {
        if (MOVED_ASIDE.exec(file)?.[1] === name) await rm(path.join(this.#damaged, file), REMOVE);
      }
    } catch (error) {
      throw explainWriteError(error, this.#damaged);
    }
  }

  /** @throws PackageError `store-unwritable` */
  forget(entries: Iterable<UserEntry>): Promise<void> {
    return this.#records.remove([...entries].map(fileOf));
  }

  /** @throws PackageError `store-unwritable` */
  clear(): Promise<void> {
    return this.#records.clear();
  }

  async #namesAside(): Promise<string[]> {
    try {
      return (await namesIn(this.#damaged)).sort();
    } catch (error) {
      throw explainReadError(error, this.#damaged);
    }
  }
}

const fromFormat1 = (format: number, value: unknown): UserEntry | undefined => {
  const entry = format === 1 ? PackageEntry.safeParse(value).data : undefined;
  return entry === undefined ? undefined : UserEntry.safeParse({ ...entry, asked: '', named: false }).data;
};
