import type { AnswerSlot } from '../../../shared/protocol/answer-slot.ts';
import { blockingCalls, type PackageFileQuestion } from '../../../shared/protocol/blocking-calls.ts';
import type { PlacedPackage } from '../../../shared/protocol/package-parts.ts';
import { joinBytes } from '../../../shared/bytes.ts';
import type { PackageContent } from './cached-wheel.ts';

/** In one answer. */
const PART_BYTES = blockingCalls.readPackageFile.partBytes;

/** Files in one answer, beside the one that was asked for. */
const MAX_FILES_AHEAD = 64;

interface Placed {
  readonly wheel: PackageContent;
  readonly firstId: number;
  /** Numbers of its files that the worker may ask for. */
  readonly files: readonly number[];
  readonly isNew: boolean;
}

/**
 * A worker waits half a minute for each answer before it wants the next one: so often that has not happened while
 * one was being given.
 */
const MAX_GIVEN_UP = 20;

export interface PackageFileServerOptions {
  /** Where the worker finds its answers. */
  readonly slot: AnswerSlot;
  /** See `ThreadHost.nextTurn`. */
  readonly nextTurn: () => Promise<void>;
  /** Called when the worker does not wait for its answers, which violates the protocol. */
  readonly onFlood: () => void;
  /** Called when a file is read of a package that was not imported when it was placed. */
  readonly onRead: (packageName: string) => void;
}

/** Serves one worker the files of the packages that were installed into its interpreter, and no others. */
export class PackageFileServer {
  readonly #options: PackageFileServerOptions;
  readonly #placed: Placed[] = [];
  #nextId = 0;
  /** Questions that were not read yet. */
  #wanted: PackageFileQuestion | undefined;
  #isGiving = false;
  #isAnswering = false;
  /** Questions that came while another one was being answered. */
  #givenUp = 0;
  /** The file asked for last: large ones are asked for part by part. */
  #last: { readonly id: number; readonly bytes: Uint8Array } | undefined;

  constructor(options: PackageFileServerOptions) {
    this.#options = options;
  }

  /**
   * From now on the worker may ask for files of that package.
   *
   * @param files numbers of those that it may; left out: all
   * @param isNew whether the package is not imported yet
   */
  place(
    wheel: PackageContent,
    files: readonly number[] = [...wheel.paths.keys()],
    isNew = false,
  ): PlacedPackage {
    const firstId = this.#nextId;
    this.#placed.push({ wheel, firstId, files, isNew });
    this.#nextId += files.length;
    const paths = files.map((index) => wheel.paths[index] ?? '');
    return { name: wheel.name, paths, sizes: files.map((index) => wheel.sizes[index] ?? 0), firstId };
  }

  /** Answers with the part of the file from that offset on. Never rejects. */
  async give(question: PackageFileQuestion): Promise<void> {
    // A worker waits for its answer. If it gave up on that, only its latest question counts.
    if (this.#isAnswering || this.#wanted !== undefined) {
      if (++this.#givenUp > MAX_GIVEN_UP) this.#options.onFlood();
    }
    this.#wanted = question;
    if (this.#isGiving) return;
    this.#isGiving = true;
    while (this.#wanted !== undefined) {
      const next = this.#wanted;
      this.#wanted = undefined;
      this.#isAnswering = true;
      await this.#answer(next);
      this.#isAnswering = false;
      // Small files are there at once. What was sent together with that question arrives now, and is noticed.
      await this.#options.nextTurn();
    }
    this.#isGiving = false;
    this.#givenUp = 0;
  }

  async #answer({ ahead = 0, call, id, offset }: PackageFileQuestion): Promise<void> {
    try {
      const bytes = await this.#read(id);
      const end = offset + PART_BYTES;
      const part = bytes.subarray(offset, end);
      const room = Math.min(ahead, PART_BYTES - part.length);
      const following = end < bytes.length ? [] : await this.#following(id, room);
      const answer = following.length === 0 ? part : joinBytes([part, ...following]);
      this.#options.slot.answer(call, { kind: 'bytes', bytes: answer });
      this.#last = end < bytes.length ? { id, bytes } : undefined;
    } catch {
      this.#options.slot.answer(call, { kind: 'failed' });
    }
  }

  /** The files of the same package that follow that one: as many as there is room for, up to one that is damaged. */
  async #following(id: number, room: number): Promise<Uint8Array[]> {
    const found = this.#placed.findLast(({ firstId }) => firstId <= id);
    const contents: Uint8Array[] = [];
    if (found === undefined) return contents;
    const { files, firstId, wheel } = found;
    const from = id - firstId + 1;
    let left = room;
    for (const file of files.slice(from, from + MAX_FILES_AHEAD)) {
      left -= wheel.sizes[file] ?? 0;
      if (left < 0) break;
      const content = await wheel.read(file).catch(() => null);
      if (content === null) break;
      contents.push(content);
    }
    return contents;
  }

  async #read(id: number): Promise<Uint8Array> {
    const found = this.#placed.findLast(({ firstId }) => firstId <= id);
    if (found !== undefined && this.#last?.id !== id) {
      if (found.isNew) this.#options.onRead(found.wheel.name);
      return found.wheel.read(found.files[id - found.firstId] ?? -1);
    }
    if (this.#last?.id !== id) throw new Error('there is no such file');
    return this.#last.bytes;
  }
}
