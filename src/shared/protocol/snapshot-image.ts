/**
 * An interpreter's saved memory, as the bytes that are stored and sent. All numbers are unsigned 32-bit,
 * little-endian: magic, format, bytes of the memory, number of runs, bytes of `header`, of `codeCache` and of
 * `extension`; then the runs (first page, pages), the header, the code cache, the extension, and from a page's
 * border the pages.
 */
export interface SnapshotImage {
  /** Size of the whole memory. */
  readonly memoryBytes: number;
  /** Pairs of first page and number of pages, ascending: the pages that differ from a new instance's. */
  readonly runs: Uint32Array;
  /** Where in the memory the guest core finds Python's function that takes orders. */
  readonly header: Uint8Array;
  /** V8's code cache of the guest script, or empty. */
  readonly codeCache: Uint8Array;
  /** What packages in it need beside the memory, as JSON in UTF-8; empty when there are none. */
  readonly extension: Uint8Array;
  /** The contents of the runs' pages, one after the other. */
  readonly pages: Uint8Array;
}

export const PAGE_BYTES = 4096;

/** Version of the format. Increase it whenever the meaning of an image changes, so that older ones are made again. */
export const SNAPSHOT_FORMAT = 3;

/** Largest image that is sent or stored. A plain interpreter's has about 12 MB. */
export const MAX_SNAPSHOT_BYTES = 28 * 1024 * 1024;

/** The same with packages in it: NumPy, pandas and Matplotlib have about 80 MB. */
export const MAX_PACKAGE_SNAPSHOT_BYTES = 320 * 1024 * 1024;

const MAGIC = 0x56495641;
const FIXED_WORDS = 7;
const WORD_BYTES = 4;
/** wasm32 ends here. */
const MAX_PAGES = 2 ** 32 / PAGE_BYTES;

const roundUp = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;

export const encodeImage = (image: SnapshotImage): Uint8Array => {
  const { runs, header, codeCache, extension, pages } = image;
  const runsStart = FIXED_WORDS * WORD_BYTES;
  const headerStart = runsStart + runs.byteLength;
  const codeStart = headerStart + header.byteLength;
  const extensionStart = codeStart + codeCache.byteLength;
  const pagesStart = roundUp(extensionStart + extension.byteLength);
  const bytes = new Uint8Array(pagesStart + pages.byteLength);
  const words = new DataView(bytes.buffer);
  const fixed = [MAGIC, SNAPSHOT_FORMAT, image.memoryBytes, runs.length / 2];
  const lengths = [header.byteLength, codeCache.byteLength, extension.byteLength];
  [...fixed, ...lengths, ...runs].forEach((word, index) => {
    words.setUint32(index * WORD_BYTES, word, true);
  });
  bytes.set(header, headerStart);
  bytes.set(codeCache, codeStart);
  bytes.set(extension, extensionStart);
  bytes.set(pages, pagesStart);
  return bytes;
};

/**
 * The parts of an image, as views of `bytes`.
 *
 * @throws Error when the bytes are no image of this format
 */
export const decodeImage = (bytes: Uint8Array): SnapshotImage => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (): Error => new Error('the snapshot is damaged');
  if (bytes.byteLength < FIXED_WORDS * WORD_BYTES) throw damaged();
  const word = (index: number): number => words.getUint32(index * WORD_BYTES, true);
  if (word(0) !== MAGIC) throw damaged();
  if (word(1) !== SNAPSHOT_FORMAT) throw new Error('the snapshot has another format');
  const memoryBytes = word(2);
  const runCount = word(3);
  const headerStart = (FIXED_WORDS + 2 * runCount) * WORD_BYTES;
  const codeStart = headerStart + word(4);
  const extensionStart = codeStart + word(5);
  const pagesStart = roundUp(extensionStart + word(6));
  if (memoryBytes % PAGE_BYTES !== 0 || runCount > MAX_PAGES || pagesStart > bytes.byteLength)
    throw damaged();
  const runs = new Uint32Array(2 * runCount).map((_none, index) => word(FIXED_WORDS + index));
  if (pagesStart + pagesOfRuns(runs, memoryBytes) * PAGE_BYTES !== bytes.byteLength) throw damaged();
  return {
    memoryBytes,
    runs,
    header: bytes.subarray(headerStart, codeStart),
    codeCache: bytes.subarray(codeStart, extensionStart),
    extension: bytes.subarray(extensionStart, extensionStart + word(6)),
    pages: bytes.subarray(pagesStart),
  };
};

/** How many pages the runs have in all; NaN when they overlap or leave the memory. */
const pagesOfRuns = (runs: Uint32Array, memoryBytes: number): number => {
  let total = 0;
  let end = 0;
  for (let index = 0; index < runs.length; index += 2) {
    const first = runs[index] ?? 0;
    const pages = runs[index + 1] ?? 0;
    if (first < end || pages === 0) return Number.NaN;
    end = first + pages;
    total += pages;
  }
  return end * PAGE_BYTES <= memoryBytes ? total : Number.NaN;
};
