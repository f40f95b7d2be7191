import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../../base/system-error.ts';
import { chooseWheel, MAX_OFFER_BYTES, OFFER_FILE, parseOffers } from '../resolve/offered-wheels.ts';
import type { OfferedWheel } from '../resolve/package-entry.ts';
import type { Requirement } from '../resolve/requirement.ts';
import { SourceFailure } from './source-failure.ts';
import { MAX_FILE_BYTES } from '../store/verified-file.ts';
import type { FetchOptions, PackageSource, SourceFile } from './source.ts';

/** A folder that holds the files of the lock by their names, and perhaps a list of further wheels. */
export class MirrorFolder implements PackageSource {
  readonly name = 'the mirror folder';
  readonly isLocal = true;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async fetch({ fileName }: SourceFile, { signal, onProgress }: FetchOptions): Promise<Uint8Array> {
    signal.throwIfAborted();
    const bytes = await this.#read(fileName, MAX_FILE_BYTES, signal);
    onProgress(bytes.byteLength, bytes.byteLength);
    return bytes;
  }

  async find(requirement: Requirement, signal: AbortSignal): Promise<OfferedWheel | null> {
    let bytes: Uint8Array;
    try {
      bytes = await this.#read(OFFER_FILE, MAX_OFFER_BYTES, signal);
    } catch (error) {
      if (error instanceof SourceFailure && error.kind === 'absent') return null;
      throw error;
    }
    try {
      return await chooseWheel(await parseOffers(bytes), requirement, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new SourceFailure('broken', `has a damaged ${OFFER_FILE}`, error);
    }
  }

  async close(): Promise<void> {
    // Nothing stays open.
  }

  /** A folder that is not there (a drive, perhaps) is another matter than a file that is not. */
  async #absent(cause: unknown): Promise<SourceFailure> {
    const isThere = await stat(this.#folder).then(
      () => true,
      () => false,
    );
    return isThere
      ? new SourceFailure('absent', 'does not have it', cause)
      : new SourceFailure('unreachable', `${this.#folder} does not exist`, cause);
  }

  async #read(fileName: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const { O_RDONLY, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
    try {
      // Not waiting at a pipe, should there be one.
      const handle = await open(path.join(this.#folder, fileName), (O_RDONLY ?? 0) | O_NONBLOCK);
      try {
        const found = await handle.stat();
        if (!found.isFile()) throw new SourceFailure('broken', `has a ${fileName} that is not a file`);
        if (found.size > maxBytes) {
          throw new SourceFailure('broken', `has a ${fileName} of ${found.size} bytes, which is too much`);
        }
        return await handle.readFile({ signal });
      } finally {
        await handle.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      const code = systemErrorCode(error);
      if (code === 'ENOENT') throw await this.#absent(error);
      if (code === null) throw error;
      throw new SourceFailure('refused', `can not be read (${code})`, error);
    }
  }
}
