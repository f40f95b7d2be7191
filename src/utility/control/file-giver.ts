import { FILE_SLOT_BYTES, FILE_SLOT_PART_BYTES, FileSlot } from '../../shared/file-slot.ts';
import type { FileWish, PlacedPackage } from '../../shared/package-files.ts';
import type { ShelvedWheel } from './shelved-wheel.ts';

interface Placed {
  readonly wheel: ShelvedWheel;
  readonly firstId: number;
}

/** Gives one worker what is in the files of the packages that were put into its interpreter, and of no others. */
export class FileGiver {
  readonly memory = new SharedArrayBuffer(FILE_SLOT_BYTES);
  readonly #slot = new FileSlot(this.memory);
  readonly #placed: Placed[] = [];
  #nextId = 0;
  /** Not looked at yet. */
  #wanted: FileWish | undefined;
  #isGiving = false;
  /** The file asked for last: large ones are asked for part by part. */
  #last: { readonly id: number; readonly bytes: Uint8Array } | undefined;

  /** From now on the worker may ask for files of that package. */
  place(wheel: ShelvedWheel): PlacedPackage {
    const firstId = this.#nextId;
    this.#placed.push({ wheel, firstId });
    this.#nextId += wheel.paths.length;
    return { name: wheel.name, paths: [...wheel.paths], sizes: [...wheel.sizes], firstId };
  }

  /** Answers with the part of the file from that offset on. Never rejects. */
  async give(wish: FileWish): Promise<void> {
    // An honest worker waits for its answer. When it has given up on that, only its latest wish counts.
    this.#wanted = wish;
    if (this.#isGiving) return;
    this.#isGiving = true;
    while (this.#wanted !== undefined) {
      const next = this.#wanted;
      this.#wanted = undefined;
      await this.#answer(next);
    }
    this.#isGiving = false;
  }

  async #answer({ id, offset, wish }: FileWish): Promise<void> {
    try {
      const bytes = this.#last?.id === id ? this.#last.bytes : await this.#read(id);
      const end = offset + FILE_SLOT_PART_BYTES;
      this.#slot.fill(wish, bytes.subarray(offset, end));
      this.#last = end < bytes.length ? { id, bytes } : undefined;
    } catch {
      this.#slot.fail(wish);
    }
  }

  async #read(id: number): Promise<Uint8Array> {
    const found = this.#placed.findLast(({ firstId }) => firstId <= id);
    if (found === undefined) throw new Error('there is no such file');
    return found.wheel.read(id - found.firstId);
  }
}
