/** Converts between an interpreter's memory, which is in the guest's realm, and a snapshot of it. */
import { PAGE_BYTES, type SnapshotImage } from '../../shared/protocol/snapshot-image.ts';
import { copyFromGuest, guestByteLength, viewOfGuest } from './host-intrinsics.ts';

/**
 * Turns the memory of a new instance into that of the snapshot.
 *
 * @param memory the guest's whole memory
 * @throws Error when it has another size than the snapshot's
 */
export const fillGuestMemory = (memory: unknown, image: SnapshotImage): void => {
  if (guestByteLength(memory) !== image.memoryBytes) throw new Error('the snapshot has another size');
  const view = viewOfGuest(memory);
  const { runs, pages } = image;
  let from = 0;
  for (let index = 0; index < runs.length; index += 2) {
    const bytes = (runs[index + 1] ?? 0) * PAGE_BYTES;
    view.set(pages.subarray(from, from + bytes), (runs[index] ?? 0) * PAGE_BYTES);
    from += bytes;
  }
};

/** Parts of a snapshot from the guest core; all are in the guest's realm. */
export interface TakenParts {
  readonly header: unknown;
  /** The whole current memory. */
  readonly memory: unknown;
  readonly extension: unknown;
  /** A copy of the memory from before Python was started, which equals that of every new instance. */
  readonly untouched: unknown;
}

/** @throws Error when the parts are not what they should be, or the memory has grown without packages */
export const collectImage = (
  { extension, header, memory, untouched }: TakenParts,
  encode: (text: string) => Uint8Array,
): SnapshotImage => {
  const memoryBytes = guestByteLength(memory);
  if (typeof extension !== 'string') throw new Error('the snapshot is not whole');
  const hasGrown = memoryBytes !== guestByteLength(untouched);
  // Only packages make it grow; without them the restored memory must have the same size.
  if (memoryBytes <= 0 || memoryBytes % PAGE_BYTES !== 0 || (hasGrown && extension === '')) {
    throw new Error('the memory has grown');
  }
  const headerBytes = guestByteLength(header);
  if (headerBytes < 0) throw new Error('the snapshot has no header');
  const now = viewOfGuest(memory);
  const differing = differingPages(now, viewOfGuest(untouched));
  const pages = new Uint8Array(differing.length * PAGE_BYTES);
  differing.forEach((page, index) => {
    pages.set(now.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), index * PAGE_BYTES);
  });
  return {
    memoryBytes,
    runs: runsOf(differing),
    header: copyFromGuest(header, headerBytes),
    codeCache: new Uint8Array(0),
    extension: encode(extension),
    pages,
  };
};

const differingPages = (now: Uint8Array, before: Uint8Array): number[] => {
  const bitsNow = new Int32Array(now.buffer, now.byteOffset, now.byteLength / 4);
  const bitsBefore = new Int32Array(before.buffer, before.byteOffset, before.byteLength / 4);
  const wordsPerPage = PAGE_BYTES / 4;
  const pages: number[] = [];
  for (let page = 0; page * wordsPerPage < bitsNow.length; page++) {
    const end = (page + 1) * wordsPerPage;
    let index = page * wordsPerPage;
    // Added pages are zero in a new instance.
    while (index < end && bitsNow[index] === (bitsBefore[index] ?? 0)) index++;
    if (index < end) pages.push(page);
  }
  return pages;
};

/** Ascending page numbers as pairs of first page and number of pages. */
const runsOf = (pages: readonly number[]): Uint32Array => {
  const runs: number[] = [];
  let next = -1;
  for (const page of pages) {
    if (page === next) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    else runs.push(page, 1);
    next = page + 1;
  }
  return new Uint32Array(runs);
};
