/** What a stream has had too much of: its beginning passes at once, its end is kept until the stream ends. */
import { utf8Length } from './bytes.ts';

/** Room for the words about what is left out, in bytes. */
const WORDS_BYTES = 64;
const MIN_CAP_BYTES = 4 * WORDS_BYTES;
const CONTINUATION = 0b10;
const CHARACTER_BYTES = 4;
const NEWLINE = 0x0a;
/** The end begins with a whole line, if one begins so soon, in bytes. */
const LINE_SEARCH = 1000;

/** Too little for two ends and the words between them: only the beginning. */
const headBytesOf = (capBytes: number): number =>
  capBytes < MIN_CAP_BYTES ? capBytes : Math.floor(capBytes / 2);

/** What stands between the two ends. */
const wordsAbout = (bytes: number): string => `\n[... ${bytes} bytes left out ...]\n`;
const WORDS = /\n\[\.\.\. \d{1,16} bytes left out \.\.\.\]\n/gu;

/** Where a run was ended from outside its end was never given. */
const isHead = (bytes: number, capBytes: number): boolean => {
  const head = headBytesOf(capBytes);
  return bytes >= head - CHARACTER_BYTES && bytes <= head;
};

/** Whether a stream of this length may have been cut at its cap, in bytes, by its length alone. */
export const mayBeCut = (bytes: number, capBytes: number): boolean => {
  if (capBytes < MIN_CAP_BYTES) return bytes >= capBytes;
  const head = headBytesOf(capBytes);
  return isHead(bytes, capBytes) || bytes >= Math.max(head, capBytes - WORDS_BYTES - LINE_SEARCH);
};

/**
 * Whether a stream was cut at its cap. Every one that was is told; so are those that were not, and are just as long as
 * the cap or their beginning may be, or have the words about a cut where those of a real one would be.
 *
 * @param text of the stream, with replacement characters for what was no UTF-8
 * @param bytes its length
 */
export const wasCut = (text: string, bytes: number, capBytes: number): boolean => {
  if (bytes >= capBytes) return true;
  if (capBytes < MIN_CAP_BYTES || !mayBeCut(bytes, capBytes)) return false;
  return isHead(bytes, capBytes) || hasWords(text, headBytesOf(capBytes));
};

/** Whether the words stand behind a beginning of so many bytes. What was no UTF-8 counts as one byte, or as three. */
const hasWords = (text: string, headBytes: number): boolean => {
  let most = 0;
  let from = 0;
  for (const { index } of text.slice(0, headBytes + WORDS_BYTES).matchAll(WORDS)) {
    if (index > headBytes) return false;
    most += utf8Length(text.slice(from, index));
    from = index;
    if (most >= headBytes - CHARACTER_BYTES) return true;
  }
  return false;
};

/** At most `capBytes` bytes of a stream: all of it, or its two ends with the number of bytes between them. */
export class HeadTailBuffer {
  readonly #headBytes: number;
  readonly #tailBytes: number;
  readonly #encode: (text: string) => Uint8Array;
  #passed = 0;
  #isHeadFull = false;
  /** A ring; made when it is needed. */
  #tail: Uint8Array | undefined;
  #tailTotal = 0;
  /** The end was given: nothing passes any more. */
  #isOver = false;
  #isCutOver = false;

  constructor(capBytes: number, encode: (text: string) => Uint8Array) {
    this.#encode = encode;
    this.#headBytes = headBytesOf(capBytes);
    this.#tailBytes = capBytes - this.#headBytes;
  }

  /** Whether something between the ends is left out. */
  get cut(): boolean {
    return this.#isOver ? this.#isCutOver : this.#tailTotal > this.#tailBytes;
  }

  /** What of the bytes belongs to the beginning; the rest is kept as long as it may be the end. */
  push(bytes: Uint8Array): Uint8Array {
    if (this.#isHeadFull) {
      this.#keep(bytes);
      return bytes.subarray(0, 0);
    }
    const room = this.#headBytes - this.#passed;
    if (bytes.length <= room) {
      this.#passed += bytes.length;
      return bytes;
    }
    this.#isHeadFull = true;
    const length = wholeCharacters(bytes, room);
    this.#passed += length;
    this.#keep(bytes.subarray(length));
    return bytes.subarray(0, length);
  }

  /** The stream is over: the end of it, after the number of bytes that are left out. What comes after it is dropped. */
  end(): Uint8Array {
    const tail = this.#tail;
    if (tail === undefined) return new Uint8Array();
    this.#isCutOver = this.cut;
    this.#isOver = true;
    // The words take their room only where something is left out.
    const length = this.cut ? this.#tailBytes - WORDS_BYTES : this.#tailTotal;
    const from = this.#tailTotal - length;
    const kept = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) kept[index] = tail[(from + index) % tail.length] ?? 0;
    this.#tail = undefined;
    if (from === 0) return kept;
    const start = startOfEnd(kept);
    const words = this.#encode(wordsAbout(from + start));
    const all = new Uint8Array(words.length + kept.length - start);
    all.set(words);
    all.set(kept.subarray(start), words.length);
    return all;
  }

  #keep(bytes: Uint8Array): void {
    if (this.#isOver) {
      this.#isCutOver ||= bytes.length > 0;
      return;
    }
    if (this.#tailBytes === 0) {
      this.#tailTotal += bytes.length;
      return;
    }
    const tail = (this.#tail ??= new Uint8Array(this.#tailBytes));
    // Only the last of them can stay.
    const skipped = Math.max(0, bytes.length - tail.length);
    let at = (this.#tailTotal + skipped) % tail.length;
    const kept = bytes.subarray(skipped);
    const first = kept.subarray(0, tail.length - at);
    tail.set(first, at);
    at = 0;
    tail.set(kept.subarray(first.length), at);
    this.#tailTotal += bytes.length;
  }
}

/** The length, up to `room`, that ends with a whole character of UTF-8. */
const wholeCharacters = (bytes: Uint8Array, room: number): number => {
  let length = room;
  while (length > 0 && room - length < CHARACTER_BYTES && (bytes[length] ?? 0) >> 6 === CONTINUATION)
    length -= 1;
  return length;
};

const startOfEnd = (bytes: Uint8Array): number => {
  const newline = bytes.subarray(0, LINE_SEARCH).indexOf(NEWLINE);
  if (newline !== -1) return newline + 1;
  let start = 0;
  while (start < CHARACTER_BYTES && (bytes[start] ?? 0) >> 6 === CONTINUATION) start += 1;
  return start;
};
