/**
 * What a person does in the console, as parts of which each is a file in one folder. A part is bytes to main: what
 * they mean is the page's business. A file begins with the hash of what follows, so that damage is seen; the one
 * before it is kept beside it.
 */
import { webcrypto } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { WorkPartName, type ReadPart, type WorkPart } from '../../shared/ipc/work.ts';
import { LIMITS } from '../../shared/limits.ts';
import { describe, moveAside, replaceFile } from '../base/replace-file.ts';
import { systemErrorCode } from '../base/system-error.ts';

const FOLDER_MODE = 0o700;
const ENDING = '.part';
const PREVIOUS = '.previous';
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
  /** Bytes of each part, once it was looked. */
  #sizes: Map<string, number> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Names of the parts that are there.
   *
   * @throws WorkStoreError when the folder can't be read
   */
  names(): Promise<readonly string[]> {
    return this.#inTurn(async () => [...(await this.#known()).keys()].sort());
  }

  /**
   * A part, or the one before it when that is damaged or was not written to its end. What is damaged is moved aside.
   *
   * @throws WorkStoreError when there is a file that can't be read or moved
   */
  read(name: string): Promise<ReadPart> {
    return this.#inTurn(async () => {
      const damaged: string[] = [];
      for (const file of [this.#file(name), this.#file(name, PREVIOUS)]) {
        const found = await readPart(file);
        switch (found.kind) {
          case 'whole':
            return { bytes: found.bytes, damaged };
          case 'damaged':
            damaged.push(await moveAside(file));
            break;
          case 'missing':
            break;
        }
      }
      return { bytes: null, damaged };
    });
  }

  /**
   * Writes parts, one after the other, then removes others.
   *
   * @throws WorkStoreError when one could not be written; those before it are
   */
  save(parts: readonly WorkPart[], removed: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const sizes = await this.#known();
      await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
      for (const { bytes, name } of parts) {
        this.#refuseExcess(sizes, name, bytes.byteLength);
        const hash = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
        await replaceFile(this.#file(name), [Buffer.from(`${HEAD}${hash}\n`), bytes], {
          previous: this.#file(name, PREVIOUS),
        });
        sizes.set(name, bytes.byteLength);
      }
      for (const name of removed) {
        // The newer one first: after a crash in between, an older one comes back rather than none.
        await rm(this.#file(name), { force: true });
        await rm(this.#file(name, PREVIOUS), { force: true });
        sizes.delete(name);
      }
    });
  }

  /**
   * Moves aside a part that its reader does not understand; the one before it is read then.
   *
   * @returns where it is now; null when there is none
   */
  setAside(name: string): Promise<string | null> {
    return this.#inTurn(async () => {
      for (const file of [this.#file(name), this.#file(name, PREVIOUS)]) {
        if ((await stat(file).catch(() => null)) !== null) return moveAside(file);
      }
      return null;
    });
  }

  #file(name: string, mark = ''): string {
    return path.join(this.#folder, `${name}${mark}${ENDING}`);
  }

  async #known(): Promise<Map<string, number>> {
    if (this.#sizes !== null) return this.#sizes;
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw error;
    });
    const sizes = new Map<string, number>();
    for (const file of files) {
      if (!file.endsWith(ENDING)) continue;
      const stem = file.slice(0, -ENDING.length);
      const name = WorkPartName.safeParse(stem.endsWith(PREVIOUS) ? stem.slice(0, -PREVIOUS.length) : stem);
      if (!name.success) continue;
      const found = await stat(path.join(this.#folder, file)).catch(() => null);
      sizes.set(name.data, Math.max(found?.size ?? 0, sizes.get(name.data) ?? 0));
    }
    this.#sizes = sizes;
    return sizes;
  }

  #refuseExcess(sizes: ReadonlyMap<string, number>, name: string, bytes: number): void {
    const others = [...sizes].reduce((sum, [other, size]) => sum + (other === name ? 0 : size), 0);
    if (others + bytes > LIMITS.workBytes || (sizes.size >= LIMITS.workParts && !sizes.has(name))) {
      throw new WorkStoreError('all that is kept has become too much; close sessions that you do not need');
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work).catch((error: unknown) => {
      throw error instanceof WorkStoreError ? error : new WorkStoreError(describe(error), { cause: error });
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

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
  const handle = await open(file, 'r');
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
    const hash = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
    return head === `${HEAD}${hash}\n`
      ? { kind: 'whole', bytes: new Uint8Array(bytes) }
      : { kind: 'damaged' };
  } finally {
    await handle.close();
  }
};
