import { LAST_WISH, type FileSlot } from '../../shared/protocol/file-slot.ts';
import type { AtomicsWait } from '../../shared/protocol/input-slot.ts';
import type { FileWish, PlacedPackage } from '../../shared/protocol/package-files.ts';
import { guestByteLength, viewOfGuest } from './host-intrinsics.ts';

/** For a part of a file to come from the control thread, in ms. */
const PATIENCE_MS = 30_000;

export interface PackageFilesOptions {
  readonly slot: FileSlot;
  readonly wait: AtomicsWait;
  /** Asks the control thread for a part of a file. */
  readonly ask: (wish: FileWish) => void;
  /** For a part to come, in ms. */
  readonly patienceMs?: number;
}

/** The packages' files, which lie with the control thread: the guest gets a copy of each when it first reads it. */
export class PackageFiles {
  readonly #options: PackageFilesOptions;
  /** By the file's number. */
  readonly #sizes: number[] = [];
  #lastWish = 0;

  constructor(options: PackageFilesOptions) {
    this.#options = options;
  }

  /** Takes a package's files on. */
  add({ sizes, firstId }: Pick<PlacedPackage, 'sizes' | 'firstId'>): void {
    sizes.forEach((size, index) => {
      this.#sizes[firstId + index] = size;
    });
  }

  /** Copies a file into memory of the guest's; false when there is no such file or the memory does not fit. */
  copy(id: unknown, target: unknown): boolean {
    const size = typeof id === 'number' ? this.#sizes[id] : undefined;
    // Fails too when there is no such file.
    if (typeof id !== 'number' || guestByteLength(target) !== size) return false;
    const view = viewOfGuest(target);
    for (let offset = 0; offset < size;) {
      const part = this.#part(id, offset);
      if (part === null || part.length === 0 || offset + part.length > size) return false;
      view.set(part, offset);
      offset += part.length;
    }
    return true;
  }

  #part(id: number, offset: number): Uint8Array | null {
    const { ask, patienceMs = PATIENCE_MS, slot, wait } = this.#options;
    const wish = (this.#lastWish % LAST_WISH) + 1;
    this.#lastWish = wish;
    ask({ wish, id, offset });
    return slot.wait(wish, patienceMs, wait);
  }
}
