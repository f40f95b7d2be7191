/** Decoded at once, in bytes. */
const BLOCK_BYTES = 64 * 1024;
/** Room that the first piece gets; doubled when it is full. Most runs print little, many nothing. */
const FIRST_BYTES = 1024;

/**
 * Text that comes in pieces of UTF-8. It is decoded as it comes: megabytes of it at once would take long. However
 * small the pieces are, they take no more room than what is in them.
 */
export class Utf8Text {
  #block = new Uint8Array();
  #inBlock = 0;
  #length = 0;
  #text = '';

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    this.#length += bytes.byteLength;
    for (let start = 0; start < bytes.byteLength;) {
      const piece = bytes.subarray(start, start + BLOCK_BYTES - this.#inBlock);
      this.#makeRoom(this.#inBlock + piece.byteLength);
      this.#block.set(piece, this.#inBlock);
      this.#inBlock += piece.byteLength;
      start += piece.byteLength;
      if (this.#inBlock === BLOCK_BYTES) this.#decodeBlock();
    }
  }

  /** With replacement characters for what is no UTF-8; also for half a character at the end. */
  text(): string {
    return this.#inBlock === 0 ? this.#text : this.#text + decode(this.#block.subarray(0, this.#inBlock));
  }

  #makeRoom(neededBytes: number): void {
    let room = Math.max(this.#block.length, FIRST_BYTES);
    while (room < neededBytes) room *= 2;
    if (room === this.#block.length) return;
    const larger = new Uint8Array(room);
    larger.set(this.#block.subarray(0, this.#inBlock));
    this.#block = larger;
  }

  #decodeBlock(): void {
    const end = wholeCharacters(this.#block);
    this.#text += decode(this.#block.subarray(0, end));
    this.#block.copyWithin(0, end);
    this.#inBlock = BLOCK_BYTES - end;
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** Where a character begins at the end whose other bytes are still to come; otherwise the end. */
const wholeCharacters = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
};
