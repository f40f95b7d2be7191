import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LIMITS } from '../../shared/limits.ts';
import { diskName } from '../base/disk-name.ts';

/** Where a file may still be on its way to while the next ones are dragged. */
const MAX_FILES = 8;

export interface DraggedFilesOptions {
  /** Of its own: whatever is in it goes. */
  readonly folder: string;
  /** Has the system drag a file. */
  readonly startDrag: (file: string) => void;
  /** Of all files that are there, in bytes; the newest may be larger. */
  readonly maxBytes?: number;
}

interface DraggedFile {
  readonly id: string;
  readonly file: string;
  readonly size: number;
}

/** Copies of what is dragged out of the window, readable for the app's user alone. They end with the app. */
export class DraggedFiles {
  readonly #folder: string;
  readonly #startDrag: (file: string) => void;
  readonly #maxBytes: number;
  /** Oldest first. */
  #files: readonly DraggedFile[] = [];
  readonly #closing = new AbortController();
  /** The end of the last work on the disk: one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ folder, maxBytes = LIMITS.totalCollectedBytes, startDrag }: DraggedFilesOptions) {
    this.#folder = folder;
    this.#startDrag = startDrag;
    this.#maxBytes = maxBytes;
    // What an app left behind that was killed.
    this.#remove(folder);
  }

  /**
   * Writes a copy, and removes the oldest ones when there are too many.
   *
   * @param name a path in a session's folder; the copy has its last part, changed as far as some system needs that
   * @returns its id, which can't be guessed
   * @throws Error of the file system
   */
  async prepare(name: string, bytes: Uint8Array): Promise<string> {
    const { signal } = this.#closing;
    const id = randomUUID();
    const folder = path.join(this.#folder, id);
    const file = path.join(
      folder,
      diskName(path.posix.basename(name), () => false),
    );
    const written = this.#turn.then(async () => {
      if (signal.aborted) throw new Error('the app ends');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600, signal });
    });
    this.#turn = written.catch(() => undefined);
    try {
      await written;
    } catch (error) {
      this.#remove(folder);
      throw error;
    }
    this.#files = [...this.#files, { id, file, size: bytes.byteLength }];
    this.#makeRoom();
    return id;
  }

  /** False when there is none. */
  begin(id: string): boolean {
    const found = this.#files.find((one) => one.id === id);
    if (found === undefined) return false;
    this.#startDrag(found.file);
    return true;
  }

  /** Removes all of them. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#files = [];
    this.#remove(this.#folder);
    await this.#turn;
  }

  #makeRoom(): void {
    let bytes = this.#files.reduce((sum, { size }) => sum + size, 0);
    while (this.#files.length > 1 && (this.#files.length > MAX_FILES || bytes > this.#maxBytes)) {
      const [oldest, ...others] = this.#files;
      if (oldest === undefined) return;
      bytes -= oldest.size;
      this.#files = others;
      this.#remove(path.dirname(oldest.file));
    }
  }

  /** What can't be removed now is removed at the next start. */
  #remove(folder: string): void {
    this.#turn = this.#turn
      .then(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
      .catch(() => undefined);
  }
}
