import { randomUUID } from 'node:crypto';

/** Documents that are kept, and their size together in UTF-16 units. */
const MAX_DOCUMENTS = 500;
const MAX_TOTAL = 64 * 1024 * 1024;

/** HTML of guests, each document under an address that only its page knows. */
export class OutputDocuments {
  readonly #address: (id: string) => string;
  readonly #documents = new Map<string, string>();
  #total = 0;

  /** @param address of the document with an id, a UUID */
  constructor(address: (id: string) => string) {
    this.#address = address;
  }

  /** Returns the address. The oldest documents make room. */
  add(html: string): string {
    const url = this.#address(randomUUID());
    this.#documents.set(url, html);
    this.#total += html.length;
    for (const oldest of this.#documents.keys()) {
      const over = this.#documents.size > MAX_DOCUMENTS || this.#total > MAX_TOTAL;
      if (!over || oldest === url) break;
      this.remove(oldest);
    }
    return url;
  }

  get(url: string): string | undefined {
    return this.#documents.get(url);
  }

  remove(url: string): void {
    this.#total -= this.#documents.get(url)?.length ?? 0;
    this.#documents.delete(url);
  }
}
