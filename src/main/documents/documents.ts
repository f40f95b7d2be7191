/** The documents that the app's user has chosen: the page knows them by handles, main alone knows where they are. */
import { randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type {
  DocumentContent,
  DocumentFormat,
  DocumentLocation,
  DocumentSaved,
} from '../../shared/ipc/documents.ts';
import { DOCUMENT_PIECE_BYTES, DocumentId, formatOfName } from '../../shared/ipc/documents.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { JsonStore } from '../config/json-store.ts';
import { joined } from '../foreign-text/yielder.ts';
import { DocumentError, readDocument, versionOf, writeDocument, type ReadFile } from './document-file.ts';

const FilePath = z.string().min(1).max(LIMITS.pathLength);
const Kept = z.object({
  places: z.array(z.object({ id: DocumentId, path: FilePath })).max(LIMITS.documentPlaces),
  recent: z.array(FilePath).max(LIMITS.recentDocuments),
});
type Place = z.infer<typeof Kept>['places'][number];

interface SeenFile {
  readonly mtimeNs: bigint;
  readonly size: bigint;
  readonly ino: bigint;
  readonly version: string;
}

interface Given {
  readonly pieces: Uint8Array[];
  length: number;
}

export interface DocumentsOptions {
  readonly store: Pick<JsonStore, 'read' | 'write'>;
  /** Documents wait to be shown. */
  readonly onWaiting: () => void;
  readonly onRecent: (recent: readonly string[]) => void;
}

export class Documents {
  readonly #options: DocumentsOptions;
  /** The newest last. */
  #places: readonly Place[] = [];
  #recent: readonly string[] = [];
  #waiting: readonly string[] = [];
  /** What was read last, until it has gone over. */
  #read: ReadFile | null = null;
  /** What is to be saved. */
  #given: Given = { pieces: [], length: 0 };
  /** Of files that were looked at, so that the same ones need not be read again. */
  readonly #seen = new Map<string, SeenFile>();
  #mayWrite = true;
  #saving: Promise<unknown> = Promise.resolve();

  private constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  /** With what is known of an earlier start. Never rejects: without it, there is nothing recent. */
  static async open(options: DocumentsOptions): Promise<Documents> {
    const documents = new Documents(options);
    const { document, writable } = await options.store.read();
    documents.#mayWrite = writable;
    const kept = Kept.safeParse(document);
    if (kept.success) {
      documents.#places = kept.data.places;
      documents.#recent = kept.data.recent;
    }
    return documents;
  }

  /** Paths of what was opened or saved, newest first. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  forgetRecent(): void {
    this.#recent = [];
    this.#keep();
  }

  /** To be shown by the page as soon as it can; what is neither kind of document is passed over. */
  async offer(paths: readonly string[]): Promise<void> {
    for (const file of paths.slice(0, LIMITS.recentDocuments)) {
      if (formatOfName(file) === null) continue;
      this.#waiting = [...this.#waiting, await this.#handleOf(file)];
    }
    if (this.#waiting.length > 0) this.#options.onWaiting();
  }

  /** Handles of what was offered, once. */
  takeWaiting(): readonly string[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /** @throws DocumentError */
  async read(id: string): Promise<DocumentContent> {
    const file = this.#pathOf(id);
    const { bytes, version } = await readDocument(file);
    this.#read = { bytes, version };
    this.#noteRecent(file);
    return { id, name: path.basename(file), size: bytes.byteLength, version };
  }

  /** What was read last, from a place on; null when that has another version. */
  piece(version: string, at: number): Uint8Array | null {
    if (this.#read?.version !== version) return null;
    const end = at + DOCUMENT_PIECE_BYTES;
    // By itself: all of what it is a part of would go over with it.
    const piece = this.#read.bytes.slice(at, end);
    if (end >= this.#read.bytes.byteLength) this.#read = null;
    return piece;
  }

  /** A piece of what is to be saved; at 0 it begins anew. @throws DocumentError for one that does not follow */
  give(at: number, bytes: Uint8Array): void {
    if (at === 0) this.#given = { pieces: [], length: 0 };
    const given = this.#given;
    if (given.length !== at) throw new DocumentError('a part of it is missing; try again');
    // Pieces without end would fill the memory: only the last one may be short, and only a first one empty.
    const isAfterLast = given.length % DOCUMENT_PIECE_BYTES > 0;
    if (isAfterLast || (at > 0 && bytes.byteLength === 0)) throw new DocumentError('it has no such part');
    if (at + bytes.byteLength > LIMITS.documentBytes) throw new DocumentError('it is too large');
    given.pieces.push(bytes);
    given.length += bytes.byteLength;
  }

  /** A document that its user has pointed at. @throws DocumentError */
  async choose(file: string): Promise<DocumentContent> {
    return this.read(await this.#handleOf(file));
  }

  /**
   * A place to save at.
   *
   * @param file what was chosen; without the ending of a document it gets one
   * @throws DocumentError
   */
  async place(file: string, format: DocumentFormat): Promise<DocumentLocation> {
    const own = formatOfName(file);
    const full = own === null ? `${file}.${format}` : file;
    const id = await this.#handleOf(full);
    return {
      id,
      name: path.basename(full),
      format: own ?? format,
      // The dialog has asked about the name that was chosen, and about no other.
      version: own === null ? null : await versionOf(this.#pathOf(id)),
    };
  }

  /**
   * Writes what was given, unless its file holds something that the page does not know.
   *
   * @param known the version that may be written over
   * @throws DocumentError; the file is then as it was
   */
  async save(id: string, known: string | null): Promise<DocumentSaved> {
    const { length, pieces } = this.#given;
    this.#given = { pieces: [], length: 0 };
    const bytes = await joined(pieces, length);
    const file = this.#pathOf(id);
    const found = await versionOf(file);
    if (found !== null && found !== known) return { kind: 'changed', version: found };
    const version = await writeDocument(file, bytes);
    this.#noteRecent(file);
    return { kind: 'saved', version };
  }

  /** Of each, in their order; null for what is not there, or can't be read. */
  async versions(ids: readonly string[]): Promise<readonly (string | null)[]> {
    const versions: (string | null)[] = [];
    for (const id of ids) {
      const place = this.#places.find((one) => one.id === id);
      versions.push(place === undefined ? null : await this.#seenVersion(place.path));
    }
    return versions;
  }

  async #seenVersion(file: string): Promise<string | null> {
    const found = await stat(file, { bigint: true }).catch(() => null);
    if (found === null) return null;
    const seen = this.#seen.get(file);
    if (seen?.mtimeNs === found.mtimeNs && seen.size === found.size && seen.ino === found.ino)
      return seen.version;
    const version = await versionOf(file).catch(() => null);
    if (version !== null)
      this.#seen.set(file, { mtimeNs: found.mtimeNs, size: found.size, ino: found.ino, version });
    return version;
  }

  /** Folder and name of a document; null when it is not known. */
  whereIs(id: string): string | null {
    return this.#places.find((place) => place.id === id)?.path ?? null;
  }

  #pathOf(id: string): string {
    const file = this.whereIs(id);
    if (file === null) throw new DocumentError('where it was is not known any more; save it at a new place');
    return file;
  }

  /** The same file has the same handle, whichever way leads to it. */
  async #handleOf(file: string): Promise<string> {
    if (file.length > LIMITS.pathLength) throw new DocumentError('its path is too long');
    const folder = await realpath(path.dirname(file)).catch(() => path.dirname(file));
    const own = path.join(folder, path.basename(file));
    const target = await realpath(own).catch(() => own);
    const known = this.#places.find((place) => place.path === target);
    const place = known ?? { id: randomUUID(), path: target };
    this.#places = [...this.#places.filter((other) => other !== known), place].slice(-LIMITS.documentPlaces);
    this.#keep();
    return place.id;
  }

  #noteRecent(file: string): void {
    const recent = [file, ...this.#recent.filter((other) => other !== file)].slice(0, LIMITS.recentDocuments);
    if (recent.every((one, at) => one === this.#recent[at])) return;
    this.#recent = recent;
    this.#keep();
  }

  /** What can't be kept is known until the app ends. */
  #keep(): void {
    this.#options.onRecent(this.#recent);
    if (!this.#mayWrite) return;
    const kept = (): Promise<void> =>
      this.#options.store.write({ places: [...this.#places], recent: [...this.#recent] });
    this.#saving = this.#saving.then(kept).catch(() => undefined);
  }

  /** Resolves when all that is known is on the disk, or could not be brought there. */
  async settled(): Promise<void> {
    await this.#saving;
  }
}
