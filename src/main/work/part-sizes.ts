/** Bytes of each part, and of all of them. */
export class PartSizes {
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** Of all parts. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#sizes.size;
  }

  get names(): string[] {
    return [...this.#sizes.keys()];
  }

  /** Undefined for a part that is not there. */
  of(name: string): number | undefined {
    return this.#sizes.get(name);
  }

  set(name: string, bytes: number): void {
    this.#bytes += bytes - (this.#sizes.get(name) ?? 0);
    this.#sizes.set(name, bytes);
  }

  delete(name: string): void {
    this.#bytes -= this.#sizes.get(name) ?? 0;
    this.#sizes.delete(name);
  }
}
