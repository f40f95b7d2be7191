/** The last part of a text that arrives in pieces. */
export class TextTail {
  readonly #length: number;
  #text = '';

  /** @param length UTF-16 units kept */
  constructor(length: number) {
    this.#length = length;
  }

  push(text: string): void {
    this.#text = (this.#text + text).slice(-this.#length);
  }

  get text(): string {
    return this.#text.trim();
  }
}
