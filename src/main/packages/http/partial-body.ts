import { joined } from '../../foreign-text/yielder.ts';
import { SourceFailure } from '../sources/source-failure.ts';
import type { TransportResponse } from './transport.ts';

/** The part of a file that has arrived, over one or more attempts. */
export class PartialBody {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #total: number | null = null;
  /** Identifies this version of the file (its ETag); without it a download can not be resumed. */
  #tag: string | null = null;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** In bytes; null when the server did not say. */
  get total(): number | null {
    return this.#total;
  }

  /** Asks for the rest, provided that the file is still the same. */
  rangeHeaders(): Record<string, string> {
    if (this.#length === 0 || this.#tag === null) return {};
    return { range: `bytes=${this.#length}-`, 'if-range': this.#tag };
  }

  /**
   * Takes note of what a successful answer is going to send: the rest, or the file from its start.
   *
   * @throws SourceFailure when it is a part that does not fit
   */
  begin(response: TransportResponse): void {
    const isRest = response.status === 206 && this.#continues(response.header('content-range'));
    if (isRest) return;
    this.reset();
    if (response.status === 206) throw new SourceFailure('broken', 'sent a part that was not asked for');
    this.#total = numberIn(response.header('content-length'));
    const tag = response.header('etag');
    // A weak tag does not promise the same bytes.
    if (tag !== null && !tag.startsWith('W/')) this.#tag = tag;
  }

  /** Forgets everything, so that the next attempt begins anew. */
  reset(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#total = null;
    this.#tag = null;
  }

  /** Returns false, and keeps nothing, when it would be more than the cap. */
  add(chunk: Uint8Array): boolean {
    if (this.#length + chunk.byteLength > this.#maxBytes) return false;
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
    return true;
  }

  bytes(): Promise<Uint8Array> {
    return joined(this.#chunks, this.#length);
  }

  #continues(contentRange: string | null): boolean {
    if (this.#length === 0 || this.#tag === null) return false;
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/u.exec(contentRange ?? '') ?? [];
    return Number(start) === this.#length && (this.#total === null || Number(total) === this.#total);
  }
}

const numberIn = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/u.test(text) ? Number(text) : null;
