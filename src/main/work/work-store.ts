/**
 * What a person does in the console, as parts of which each is a file in one folder. A part is bytes to main: what they
 * mean is the page's business. A file begins with the hash of what follows, so that damage is seen.
 *
 * A part that is saved is written at once as the fresh one, which survives the end of the app. Flushing to the disk may
 * take seconds on a busy one, so it goes on behind: the fresh one becomes the next one, is flushed, and takes the place
 * of the current one, which is kept as the previous one.
 */
import { createHash, webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { WorkPartName, type ReadPart, type WorkPart } from '../../shared/ipc/work.ts';
import { LIMITS } from '../../shared/limits.ts';
import { describe, moveAside, renamePatiently, syncFolder } from '../base/replace-file.ts';
import { systemErrorCode } from '../base/system-error.ts';
import { Yielder } from '../foreign-text/yielder.ts';
import { PartSizes } from './part-sizes.ts';

const FOLDER_MODE = 0o700;
const ENDING = '.part';
const MODE = 0o600;
const FRESH = '.fresh';
const NEXT = '.next';
const CURRENT = '';
const PREVIOUS = '.previous';
/** From the newest to the oldest. */
const MARKS = [FRESH, NEXT, CURRENT, PREVIOUS] as const;
/** They are whole only once they are flushed; after a crash of the computer they may not be. */
const UNFLUSHED: readonly string[] = [FRESH, NEXT];
/**
 * Up to that, a part is hashed and written in one go, in bytes: what is typed must not wait behind the app's other file
 * work in Node's four threads, which takes seconds when it starts. Main's loop is held for a millisecond.
 */
const WRITTEN_AT_ONCE_BYTES = 256 * 1024;
const HEAD = 'vivarium-work 1 ';
const HASH_LENGTH = 64;
const HEAD_BYTES = HEAD.length + HASH_LENGTH + 1;

/** Says in its message what stands in the way, for a person. */
export class WorkStoreError extends Error {
  override readonly name = 'WorkStoreError';
}

/** All calls take turns, so that what is read is what was saved last. */
export class WorkStore {
  readonly #folder: string;
  #turn: Promise<unknown> = Promise.resolve();
  /** Parts whose fresh ones are to become the current ones. */
  readonly #unflushed = new Set<string>();
  #flushing: Promise<void> | null = null;
  /** Why something could not be flushed, until it is told. */
  #problem: WorkStoreError | null = null;
  /** Once it was looked. */
  #sizes: PartSizes | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Names of the parts that are there.
   *
   * @throws WorkStoreError when the folder can't be read
   */
  names(): Promise<readonly string[]> {
    return this.#inTurn(async () => (await this.#known()).names.sort());
  }

  /**
   * A part, or the one before it when that is damaged. What is damaged is moved aside; what is not written to its
   * end is passed over.
   *
   * @throws WorkStoreError when there is a file that can't be read or moved
   */
  read(name: string): Promise<ReadPart> {
    return this.#inTurn(async () => {
      const damaged: string[] = [];
      let isOlder = false;
      for (const mark of MARKS) {
        const file = this.#file(name, mark);
        const found = await readPart(file);
        switch (found.kind) {
          case 'whole':
            // The previous one is the newest only when the one after it was moved aside or lost.
            return { bytes: found.bytes, damaged, isOlder: isOlder || mark === PREVIOUS };
          case 'damaged':
            isOlder = true;
            if (!UNFLUSHED.includes(mark)) damaged.push(await moveAside(file));
            break;
          case 'missing':
            break;
        }
      }
      return { bytes: null, damaged, isOlder };
    });
  }

  /**
   * Writes parts, then removes others; flushing them to the disk goes on behind.
   *
   * @throws WorkStoreError when one could not be written, or could not be flushed since the last call; each part is the
   *   new or the old one
   */
  save(parts: readonly WorkPart[], removed: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const sizes = await this.#known();
      mkdirSync(this.#folder, { recursive: true, mode: FOLDER_MODE });
      const yielder = new Yielder();
      for (const { bytes, name } of parts) {
        this.#refuseExcess(sizes, name, bytes.byteLength);
        await writePart(this.#file(name, FRESH), bytes);
        sizes.set(name, bytes.byteLength);
        this.#unflushed.add(name);
        await yielder.pause();
      }
      for (const name of removed) {
        // The newest first: after a crash in between, an older one comes back rather than none.
        for (const mark of MARKS) await rm(this.#file(name, mark), { force: true });
        sizes.delete(name);
        this.#unflushed.delete(name);
      }
      this.#flushing ??= this.#flushAll();
      const problem = this.#problem;
      this.#problem = null;
      if (problem !== null) throw problem;
    });
  }

  /** Resolves when all that was saved is on the disk, or could not be brought there. */
  async flushed(): Promise<void> {
    await this.#turn;
    await this.#flushing;
  }

  /**
   * Moves aside a part that its reader does not understand; the one before it is read then.
   *
   * @returns where it is now; null when there is none
   */
  setAside(name: string): Promise<string | null> {
    return this.#inTurn(async () => {
      for (const mark of MARKS) {
        const file = this.#file(name, mark);
        if ((await readPart(file)).kind === 'whole') return moveAside(file);
      }
      return null;
    });
  }

  /** Not in turn: others may be saved meanwhile. Never rejects. */
  async #flushAll(): Promise<void> {
    for (let [name] = this.#unflushed; name !== undefined; [name] = this.#unflushed) {
      this.#unflushed.delete(name);
      const next = this.#file(name, NEXT);
      const current = this.#file(name, CURRENT);
      try {
        await this.#inTurn(() => renameIfThere(this.#file(name, FRESH), next));
        await flushIfThere(next);
        await this.#inTurn(async () => {
          // It may have been removed meanwhile.
          if (!existsSync(next)) return;
          await renameIfThere(current, this.#file(name, PREVIOUS));
          await renameIfThere(next, current);
        });
        await syncFolder(this.#folder);
      } catch (error) {
        this.#problem = asStoreError(error);
      }
    }
    this.#flushing = null;
  }

  #file(name: string, mark = ''): string {
    return path.join(this.#folder, `${name}${mark}${ENDING}`);
  }

  async #known(): Promise<PartSizes> {
    if (this.#sizes !== null) return this.#sizes;
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    });
    const sizes = new PartSizes();
    for (const file of files) {
      if (!file.endsWith(ENDING)) continue;
      const stem = file.slice(0, -ENDING.length);
      const name = WorkPartName.safeParse(stem.replace(/\.(?:fresh|next|previous)$/u, ''));
      if (!name.success) continue;
      const found = await stat(path.join(this.#folder, file)).catch(() => null);
      sizes.set(name.data, Math.max(found?.size ?? 0, sizes.of(name.data) ?? 0));
    }
    this.#sizes = sizes;
    return sizes;
  }

  #refuseExcess(sizes: PartSizes, name: string, bytes: number): void {
    const before = sizes.of(name);
    const isTooMany = before === undefined && sizes.count >= LIMITS.workParts;
    if (isTooMany || sizes.bytes - (before ?? 0) + bytes > LIMITS.workBytes) {
      throw new WorkStoreError('all that is kept has become too much; close sessions that you do not need');
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work).catch((error: unknown) => {
      throw asStoreError(error);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

const hashOf = async (bytes: Uint8Array): Promise<string> =>
  Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');

const asStoreError = (error: unknown): WorkStoreError =>
  error instanceof WorkStoreError ? error : new WorkStoreError(describe(error), { cause: error });

/** Not in Node's four threads, where it would wait behind the app's other file work, and the next save behind it. */
const renameAtOnce = async (from: string, to: string): Promise<void> => {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw error;
    // On Windows somebody may have it open for a moment.
    await renamePatiently(from, to);
  }
};

/** Whole or not at all, as far as the app can end; not flushed to the disk. */
const writePart = async (file: string, bytes: Uint8Array): Promise<void> => {
  const unfinished = `${file}.tmp`;
  if (bytes.byteLength <= WRITTEN_AT_ONCE_BYTES) {
    const hash = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(unfinished, Buffer.concat([Buffer.from(`${HEAD}${hash}\n`), bytes]), { mode: MODE });
    await renameAtOnce(unfinished, file);
    return;
  }
  const handle = await open(unfinished, 'w', MODE);
  try {
    await handle.writeFile(`${HEAD}${await hashOf(bytes)}\n`);
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
  await renamePatiently(unfinished, file);
};

const openIfThere = (file: string, flags: 'r' | 'r+'): Promise<FileHandle | null> =>
  open(file, flags).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  });

const flushIfThere = async (file: string): Promise<void> => {
  // Windows flushes only what may be written.
  const handle = await openIfThere(file, 'r+');
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
};

const renameIfThere = async (from: string, to: string): Promise<void> => {
  await renameAtOnce(from, to).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  });
};

type FoundPart =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' };

const readPart = async (file: string): Promise<FoundPart> => {
  // A named pipe would be waited for without end.
  const found = await stat(file).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return { kind: 'missing' };
  if (!found.isFile() || found.size > HEAD_BYTES + LIMITS.workPartBytes) return { kind: 'damaged' };
  const handle = await openIfThere(file, 'r');
  // It has become an older one meanwhile, which is looked at next.
  if (handle === null) return { kind: 'missing' };
  try {
    const buffer = Buffer.alloc(found.size);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    const head = buffer.subarray(0, HEAD_BYTES).toString('latin1');
    const bytes = buffer.subarray(HEAD_BYTES, length);
    return head === `${HEAD}${await hashOf(bytes)}\n`
      ? { kind: 'whole', bytes: new Uint8Array(bytes) }
      : { kind: 'damaged' };
  } finally {
    await handle.close();
  }
};
