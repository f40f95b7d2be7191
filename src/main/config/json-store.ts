/**
 * One JSON object in one file that people and other versions of the app may also write.
 *
 * - Read under a size cap. What can't be understood is moved aside, never deleted and never written over.
 * - `version` in the file counts its migrations; a file without one has version 0. A newer file is read and
 *   left alone.
 * - Written to a file beside it, flushed to the disk, then renamed: there is never half a file.
 */
import { mkdir, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ConfigNotice } from '../../shared/config/config.ts';
import { withValueAt } from '../../shared/config/config-keys.ts';
import { isJsonObject, type JsonObject } from '../../shared/json-data.ts';
import { isNestedDeeperThan } from '../../shared/nesting.ts';
import { describe, moveAside, replaceFile } from '../base/replace-file.ts';
import { messageOf, systemErrorCode } from '../base/system-error.ts';
import type { Migration } from './migrations/index.ts';

export interface JsonStoreConfig {
  readonly path: string;
  readonly maxBytes: number;
  readonly migrations: readonly Migration[];
}

export interface StoredDocument {
  /** The document, migrated to the current version; null when the file gives none. */
  readonly document: JsonObject | null;
  /** False when the file must be left as it is. */
  readonly writable: boolean;
  readonly notice: ConfigNotice | null;
}

/** Far deeper than any settings; also those of later versions. */
const MAX_DEPTH = 100;

class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

export class JsonStore {
  readonly #config: JsonStoreConfig;

  constructor(config: JsonStoreConfig) {
    this.#config = config;
  }

  /** Never rejects: what stands in the way is in the notice. */
  async read(): Promise<StoredDocument> {
    let document;
    try {
      document = await this.#parse();
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return { document: null, writable: true, notice: null };
      if (error instanceof DamagedError) return this.#setAside(error.message);
      const notice: ConfigNotice = { code: 'unreadable', detail: describe(error) };
      return { document: null, writable: false, notice };
    }
    const version = versionOf(document);
    if (version > this.#config.migrations.length) {
      return { document, writable: false, notice: { code: 'newer', version } };
    }
    const migrated = this.#config.migrations
      .slice(version)
      .reduce((older, migrate) => migrate(older), document);
    return { document: migrated, writable: true, notice: null };
  }

  /**
   * Replaces the file.
   *
   * @throws Error of the file system; the file is then as it was
   */
  async write(document: JsonObject): Promise<void> {
    // The version first, where a person looks, and in place of whatever stands in the document.
    const version = this.#config.migrations.length;
    const stored = withValueAt({ version, ...document }, ['version'], version);
    const text = `${JSON.stringify(stored, null, 2)}\n`;
    // It could not be read again.
    if (Buffer.byteLength(text) > this.#config.maxBytes)
      throw new RangeError(`the settings take more than ${this.#config.maxBytes} bytes; shorten their lists`);
    await mkdir(path.dirname(this.#config.path), { recursive: true });
    // Renaming over a link would cut it off from the file someone keeps elsewhere.
    const target = await realpath(this.#config.path).catch(() => this.#config.path);
    await replaceFile(target, Buffer.from(text));
  }

  async #parse(): Promise<JsonObject> {
    const text = await readCappedText(this.#config.path, this.#config.maxBytes);
    let document: unknown;
    try {
      document = JSON.parse(text.replace(/^\uFEFF/u, ''));
    } catch (error) {
      throw new DamagedError(`it is not JSON: ${messageOf(error)}`);
    }
    // What can be read but not written again, indented, would make every later save fail.
    if (isNestedDeeperThan(document, MAX_DEPTH)) throw new DamagedError('it is nested too deeply');
    if (!isJsonObject(document)) throw new DamagedError('it holds something other than settings');
    return document;
  }

  async #setAside(detail: string): Promise<StoredDocument> {
    try {
      const movedTo = await moveAside(this.#config.path);
      return { document: null, writable: true, notice: { code: 'damaged', detail, movedTo } };
    } catch {
      // What could not be saved must not be written over.
      return { document: null, writable: false, notice: { code: 'damaged', detail, movedTo: null } };
    }
  }
}

const versionOf = (document: JsonObject): number => {
  const version = Object.hasOwn(document, 'version') ? document['version'] : 0;
  // Anything else was not written by us; migrations don't mind being applied twice.
  return typeof version === 'number' && Number.isSafeInteger(version) && version > 0 ? version : 0;
};

const readCappedText = async (file: string, maxBytes: number): Promise<string> => {
  // A named pipe would be waited for without end.
  const found = await stat(file);
  if (found.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  if (!found.isFile()) throw new Error('it is not a file');
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (length > maxBytes) throw new DamagedError(`it is larger than ${maxBytes} bytes`);
      if (bytesRead === 0) break;
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
    } catch {
      throw new DamagedError('it is not text');
    }
  } finally {
    await handle.close();
  }
};
