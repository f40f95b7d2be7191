import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { MAX_SNAPSHOT_BYTES } from '../../../shared/protocol/snapshot-image.ts';
import { sha256 } from '../../foreign-text/hash.ts';
import { systemErrorCode } from '../../base/system-error.ts';

/** A file consists of this magic number, the SHA-256 of key and content, and the content. */
const MAGIC = Buffer.from('VIVSNAP2');
const HASH_BYTES = 32;
const PREFIX_BYTES = MAGIC.length + HASH_BYTES;

/** Of a snapshot's file, whose name is its key. */
export const SNAPSHOT_EXTENSION = '.snapshot';
const UNFINISHED = '.tmp';
/** An empty file: what is shipped under that key can not be used. */
const REFUSED = '.refused';
/** Age after which files of interrupted writers are removed, in ms. */
const UNFINISHED_MS = 60 * 60 * 1000;
/** Snapshots kept, those used last. */
const KEPT = 3;

/** The key is part of the hash, since an intact file may belong to another key. */
const hashOf = async (key: string, content: Uint8Array): Promise<Buffer> =>
  Buffer.from(await sha256(`${key}\n`, content), 'hex');

/** Does not follow links or block on pipes; Windows has neither flag. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const READ_FLAGS = (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK;

/**
 * Snapshots on disk, one file for each key. A cache: any problem with the disk or a file only means that the snapshot
 * is missing.
 */
export class SnapshotStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #kept: number;

  /**
   * @param folder holds nothing else; made when it is needed
   * @param maxBytes of one of them
   * @param kept how many, those used last
   */
  constructor(folder: string, maxBytes = MAX_SNAPSHOT_BYTES, kept = KEPT) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#kept = kept;
  }

  /** Whether there is a file for that key, intact or not. Never rejects. */
  has(key: string): Promise<boolean> {
    return isFile(this.#file(key));
  }

  /** The content under that key, whole and undamaged, or undefined. A damaged file is removed. Never rejects. */
  async read(key: string): Promise<Uint8Array | undefined> {
    const file = this.#file(key);
    try {
      const content = await readContent(file, key, this.#maxBytes);
      if (content === undefined) {
        await this.remove(key);
        return undefined;
      }
      await this.used(key);
      return content;
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') await this.remove(key);
      return undefined;
    }
  }

  /** Marks the file as used now, so that it is removed last. Never rejects. */
  async used(key: string): Promise<void> {
    const now = new Date();
    await utimes(this.#file(key), now, now).catch(() => undefined);
  }

  /** Replaces the file of a key atomically; false when that fails. Never rejects. */
  write(key: string, content: Uint8Array): Promise<boolean> {
    if (content.byteLength > this.#maxBytes) return Promise.resolve(false);
    return this.#place(key, (unfinished) => writeWhole(unfinished, key, content));
  }

  /**
   * Copies the file of a key from another folder of snapshots, which may lie in an archive. It is checked when it is read.
   * False when there is none, it was refused, or that fails. Never rejects.
   */
  async copyFrom(folder: string, key: string): Promise<boolean> {
    const source = fileOf(folder, key);
    if (!(await isFile(source)) || (await isFile(this.#refusal(key)))) return false;
    return this.#place(key, async (unfinished) => {
      await copyFile(source, unfinished);
      // Some systems copy the time as well, and the oldest are removed.
      const now = new Date();
      await utimes(unfinished, now, now);
    });
  }

  /** The content of a file that `copyFrom` can't copy, as nothing can be written. Never rejects. */
  async readFrom(folder: string, key: string): Promise<Uint8Array | undefined> {
    if (await isFile(this.#refusal(key))) return undefined;
    return readContent(fileOf(folder, key), key, this.#maxBytes).catch(() => undefined);
  }

  /** Has nothing taken from that folder under that key any more, if there is anything. Never rejects. */
  async refuseCopies(folder: string, key: string): Promise<void> {
    if (!(await isFile(fileOf(folder, key)))) return;
    await mkdir(this.#folder, { recursive: true })
      .then(() => writeFile(this.#refusal(key), ''))
      .catch(() => undefined);
  }

  /** Never rejects. */
  async remove(key: string): Promise<void> {
    // Also removes a folder in the file's place.
    await rm(this.#file(key), { recursive: true, force: true }).catch(() => undefined);
  }

  /** Keys of all files, the one used last first; their contents are not read. Never rejects. */
  async keys(): Promise<string[]> {
    const entries = await this.#entries().catch(() => []);
    return entries
      .filter(({ name }) => name.endsWith(SNAPSHOT_EXTENSION))
      .map(({ name }) => name.slice(0, -SNAPSHOT_EXTENSION.length));
  }

  #file(key: string): string {
    return fileOf(this.#folder, key);
  }

  #refusal(key: string): string {
    return path.join(this.#folder, key + REFUSED);
  }

  /** @param make makes the file under the name that it is given */
  async #place(key: string, make: (unfinished: string) => Promise<void>): Promise<boolean> {
    const unfinished = path.join(this.#folder, `${key}.${randomUUID()}${UNFINISHED}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      await make(unfinished);
      await rename(unfinished, this.#file(key)).catch(async () => {
        // A folder is in its place.
        await this.remove(key);
        await rename(unfinished, this.#file(key));
      });
    } catch {
      await rm(unfinished, { force: true }).catch(() => undefined);
      return false;
    }
    await this.#tidy().catch(() => undefined);
    return true;
  }

  /** Files, the one used last first. */
  async #entries(): Promise<{ readonly name: string; readonly usedAt: number }[]> {
    const names = await readdir(this.#folder);
    const entries = await Promise.all(
      names.map(async (name) => {
        // A file that can not be examined, or was removed meanwhile, is skipped.
        const found = await lstat(path.join(this.#folder, name)).catch(() => undefined);
        return found?.isFile() === true ? [{ name, usedAt: found.mtimeMs }] : [];
      }),
    );
    return entries.flat().sort((a, b) => b.usedAt - a.usedAt);
  }

  async #tidy(): Promise<void> {
    const entries = await this.#entries();
    const snapshots = entries.filter(({ name }) => name.endsWith(SNAPSHOT_EXTENSION));
    const abandoned = entries.filter(
      ({ name, usedAt }) => name.endsWith(UNFINISHED) && Date.now() - usedAt > UNFINISHED_MS,
    );
    for (const { name } of [...snapshots.slice(this.#kept), ...abandoned]) {
      await rm(path.join(this.#folder, name), { recursive: true, force: true });
    }
  }
}

const fileOf = (folder: string, key: string): string => path.join(folder, key + SNAPSHOT_EXTENSION);

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

const writeWhole = async (file: string, key: string, content: Uint8Array): Promise<void> => {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(Buffer.concat([MAGIC, await hashOf(key, content)]));
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Undefined when the file is damaged. @throws Error when it can't be read */
const readContent = async (file: string, key: string, maxBytes: number): Promise<Uint8Array | undefined> => {
  const handle = await open(file, READ_FLAGS);
  try {
    const found = await handle.stat();
    const { size } = found;
    if (!found.isFile() || size <= PREFIX_BYTES || size > PREFIX_BYTES + maxBytes) return undefined;
    const prefix = await readExactly(handle, PREFIX_BYTES, 0);
    const content = await readExactly(handle, size - PREFIX_BYTES, PREFIX_BYTES);
    if (prefix === undefined || content === undefined) return undefined;
    const whole =
      MAGIC.equals(prefix.subarray(0, MAGIC.length)) &&
      (await hashOf(key, content)).equals(prefix.subarray(MAGIC.length));
    return whole ? content : undefined;
  } finally {
    await handle.close();
  }
};

/** In memory of its own. Undefined when the file has become shorter meanwhile. */
const readExactly = async (
  handle: FileHandle,
  length: number,
  position: number,
): Promise<Uint8Array | undefined> => {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length;) {
    const { bytesRead } = await handle.read(bytes, offset, length - offset, position + offset);
    if (bytesRead === 0) return undefined;
    offset += bytesRead;
  }
  return bytes;
};
