import { JsonError, JsonReader, type Json, type JsonPart } from '../foreign-text/json-reader.ts';
import { PIECE_BYTES, Yielder } from '../foreign-text/yielder.ts';

/** Largest message of a server, in bytes: results of calls are smaller still. */
export const MAX_MESSAGE_BYTES = 12 * 1024 * 1024;
/** Most values in a result, at all levels: what checks and copies them afterwards does so in one stretch. */
export const MAX_RESULT_VALUES = 200_000;
/** Most levels of a result. */
export const MAX_RESULT_DEPTH = 100;
/** Values of all else in a message, and its levels. */
const MAX_OTHER_VALUES = 100;
const MAX_OTHER_DEPTH = 5;

const NEWLINE = 0x0a;

/** The rest of the message remains where a result is left out: the call that it answers can be told. */
const RESULT: JsonPart = {
  path: ['result'],
  maxBytes: MAX_MESSAGE_BYTES,
  maxDepth: MAX_RESULT_DEPTH,
  maxValues: MAX_RESULT_VALUES,
};
/** Of requests and notifications of the server, and details of its errors: none of it is used. */
const UNUSED: readonly JsonPart[] = [['params'], ['error', 'data']].map((path) => ({
  path,
  maxBytes: MAX_MESSAGE_BYTES,
  maxDepth: 0,
  maxValues: 0,
}));

const CAPS = {
  maxBytes: MAX_MESSAGE_BYTES,
  maxDepth: MAX_OTHER_DEPTH,
  // Those of a result that is kept count, too.
  maxValues: MAX_RESULT_VALUES + MAX_OTHER_VALUES,
  droppable: [RESULT, ...UNUSED],
};

/** A line of a server is longer than a message may be. */
export class MessageTooLong extends Error {
  override readonly name = 'MessageTooLong';
}

/**
 * Takes messages out of what a server writes to stdout: one JSON object a line. Counts before it builds, and takes time
 * in proportion to the bytes, however they are split.
 */
export class MessageReader {
  /** Of all that is read: what waits to be read comes in as many parts as the server likes. */
  readonly #yielder = new Yielder();
  readonly #take: (line: Json | undefined) => void;
  /** Of the line that is being read; null where it is no JSON that may be, and passed by. */
  #reader: JsonReader | null | undefined;
  #bytes = 0;

  /** @param take given each line's JSON, or undefined for a line without any */
  constructor(take: (line: Json | undefined) => void) {
    this.#take = take;
  }

  /** Gives way to others between lines. Not to be called again before it is done. @throws MessageTooLong; what `take` throws */
  async push(bytes: Uint8Array): Promise<void> {
    let start = 0;
    while (start < bytes.byteLength) {
      const piece = bytes.subarray(start, start + PIECE_BYTES);
      const newline = piece.indexOf(NEWLINE);
      const isLineEnd = newline !== -1;
      this.#read(isLineEnd ? piece.subarray(0, newline) : piece);
      if (isLineEnd) this.#endLine();
      start += isLineEnd ? newline + 1 : piece.byteLength;
      await this.#yielder.pause();
    }
  }

  #read(part: Uint8Array): void {
    if (part.byteLength === 0) return;
    this.#bytes += part.byteLength;
    if (this.#bytes > MAX_MESSAGE_BYTES) throw new MessageTooLong();
    if (this.#reader === undefined) this.#reader = new JsonReader(CAPS);
    this.#guarded((reader) => reader.push(part));
  }

  #endLine(): void {
    let line: Json | undefined;
    this.#guarded((reader) => {
      line = reader.end();
    });
    this.#reader = undefined;
    this.#bytes = 0;
    this.#take(line);
  }

  /** Servers print other things, too: these are no errors. */
  #guarded(work: (reader: JsonReader) => void): void {
    if (this.#reader === null || this.#reader === undefined) return;
    try {
      work(this.#reader);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#reader = null;
    }
  }
}
