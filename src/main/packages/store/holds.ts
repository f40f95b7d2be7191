import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { isWrittenByLiving, namesIn } from './atomic-write.ts';
import { systemErrorCode } from '../../base/system-error.ts';

const HASH = /^[0-9a-f]{64}$/u;

/** Files of the store that a process is about to use, so that no process evicts them. One file for each hold. */
export class Holds {
  readonly #folder: string;

  /** @param storeFolder the folder of the store whose files are held */
  constructor(storeFolder: string) {
    this.#folder = path.join(storeFolder, 'in-use');
  }

  /** Nothing is held by it yet. */
  open(): Hold {
    return new Hold(this.#folder);
  }

  /** All that living processes hold. What ended ones left is removed. */
  async hashes(): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (const name of await namesIn(this.#folder)) {
      const file = path.join(this.#folder, name);
      if (!(await isWrittenByLiving(name, file))) {
        await rm(file, { force: true, recursive: true }).catch(() => undefined);
        continue;
      }
      // A hold that ends meanwhile holds nothing.
      const lines = await readFile(file, 'utf8').catch(() => '');
      for (const line of lines.split('\n')) if (HASH.test(line)) held.add(line);
    }
    return held;
  }
}

/** What one transaction holds, until it is released. */
export class Hold {
  readonly #folder: string;
  readonly #file: string;
  readonly #hashes = new Set<string>();
  /** Those of them that others know of. */
  readonly #noted = new Set<string>();
  #written = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = path.join(folder, `${process.pid}-${randomUUID()}`);
  }

  /** Counts bytes that the transaction has written to the store; returns how many that are by now. */
  wrote(bytes: number): number {
    this.#written += bytes;
    return this.#written;
  }

  /**
   * Never rejects: who can't write there can't make room there either, nor should a full disk keep anyone from using it.
   * Where there is no store yet, there is nothing to hold, and no folder is made.
   */
  async add(hashes: Iterable<string>): Promise<void> {
    for (const hash of hashes) this.#hashes.add(hash);
    const more = [...this.#hashes].filter((hash) => !this.#noted.has(hash));
    if (more.length === 0) return;
    try {
      await mkdir(this.#folder).catch((error: unknown) => {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      });
      await appendFile(this.#file, `${more.join('\n')}\n`, { mode: 0o600 });
      for (const hash of more) this.#noted.add(hash);
    } catch {
      // They are noted with the next ones.
    }
  }

  /** Never rejects. */
  async release(): Promise<void> {
    if (this.#noted.size === 0) return;
    this.#hashes.clear();
    this.#noted.clear();
    await rm(this.#file, { force: true }).catch(() => undefined);
  }
}
