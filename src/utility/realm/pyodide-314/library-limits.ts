/**
 * What a shared library may have of its own. Tables, memories and arrays of WebAssembly lie outside of the limit of the
 * interpreter's memory, and one instruction can ask for a gigabyte: an engine that has not so much ends the whole process.
 * No library needs them: it is linked with the main module's memory and table.
 */

/** Numbers of sections. */
const TYPES = 1;
const TABLES = 4;
const MEMORIES = 5;

const HEADER_BYTES = 8;
const FUNCTION_TYPE = 0x60;
/** The kinds of references that are followed by what they refer to. */
const REFERENCES: ReadonlySet<number> = new Set([0x63, 0x64]);
const MAX_NUMBER_BYTES = 5;

class Reader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.position++];
    if (byte === undefined) throw new Error('damaged library');
    return byte;
  }

  /** In LEB128, as all numbers of WebAssembly. */
  number(): number {
    let value = 0;
    for (let index = 0; index < MAX_NUMBER_BYTES; index++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new Error('damaged library');
  }

  valueTypes(): void {
    for (let left = this.number(); left > 0; left--) if (REFERENCES.has(this.byte())) this.number();
  }
}

const checkTypes = (reader: Reader): void => {
  for (let left = reader.number(); left > 0; left--) {
    if (reader.byte() !== FUNCTION_TYPE) throw new Error('a library may define types of functions only');
    reader.valueTypes();
    reader.valueTypes();
  }
};

/** @throws Error when a library has what it may not; whether it is valid otherwise is the engine's to say */
export const checkLibrary = (library: Uint8Array): void => {
  const reader = new Reader(library, HEADER_BYTES);
  while (!reader.isAtEnd) {
    const section = reader.byte();
    const length = reader.number();
    const start = reader.position;
    if (section === TYPES) checkTypes(reader);
    if ((section === TABLES || section === MEMORIES) && reader.number() > 0)
      throw new Error('a library may have no table and no memory of its own');
    reader.position = start + length;
  }
};
