/** Bytes that come in pieces. However small those are, they take no more room than about twice what is in them. */
export class ByteBuffer {
  #room = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Uint8Array): void {
    const length = this.#length + piece.byteLength;
    if (length > this.#room.byteLength) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#room.byteLength));
      larger.set(this.bytes());
      this.#room = larger;
    }
    this.#room.set(piece, this.#length);
    this.#length = length;
  }

  /** What is there so far, as a view of it. */
  bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }
}
