/** Earlier code, for arrow-up in an empty cell. */

const KEPT = 500;

export class History {
  #entries: readonly string[];
  /** Counted from the newest; -1 is the cell's own text. */
  #position = -1;

  constructor(entries: readonly string[] = []) {
    this.#entries = entries;
  }

  /** Adds code that was run; twice the same in a row counts once. */
  add(code: string): void {
    this.#position = -1;
    if (code.trim() === '' || this.#entries.at(-1) === code) return;
    this.#entries = [...this.#entries, code].slice(-KEPT);
  }

  /** The next older code, or null at the end. */
  older(): string | null {
    const entry = this.#entries.at(-2 - this.#position);
    if (this.#position + 1 >= this.#entries.length || entry === undefined) return null;
    this.#position += 1;
    return entry;
  }

  /** The next newer code; '' after the newest; null when it is not being walked through. */
  newer(): string | null {
    if (this.#position < 0) return null;
    this.#position -= 1;
    return this.#position < 0 ? '' : (this.#entries.at(-1 - this.#position) ?? '');
  }

  /** Whether `text` is what walking through it has brought up, so that the keys go on walking. */
  isShowing(text: string): boolean {
    return this.#position >= 0 && this.#entries.at(-1 - this.#position) === text;
  }

  /** The newest ones, oldest first, as far as they fit into `length` UTF-16 units. */
  newest(length: number): string[] {
    let left = length;
    let from = this.#entries.length;
    while (from > 0) {
      left -= this.#entries[from - 1]?.length ?? 0;
      if (left < 0) break;
      from -= 1;
    }
    return this.#entries.slice(from);
  }

  leave(): void {
    this.#position = -1;
  }
}
