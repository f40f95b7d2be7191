/** Documents as main reads and writes them, whole: what goes over in pieces does so one document after the other. */
import type { Answer } from '../../../shared/ipc/answer.ts';
import type { DocumentsApi } from '../../../shared/ipc/api.ts';
import {
  DOCUMENT_PIECE_BYTES,
  type DocumentContent,
  type DocumentSaved,
} from '../../../shared/ipc/documents.ts';

export interface ReadDocument {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly bytes: Uint8Array;
}

export class DocumentFiles {
  readonly #api: DocumentsApi;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(api: DocumentsApi) {
    this.#api = api;
  }

  /** Asks for a document; null when the dialog was closed. */
  choose(): Promise<Answer<ReadDocument | null>> {
    return this.#inTurn(async () => {
      const answer = await this.#api.choose();
      if (!answer.ok) return answer;
      return answer.value === null ? { ok: true, value: null } : this.#whole(answer.value);
    });
  }

  read(id: string): Promise<Answer<ReadDocument>> {
    return this.#inTurn(async () => {
      const answer = await this.#api.read(id);
      return answer.ok ? this.#whole(answer.value) : answer;
    });
  }

  save(id: string, bytes: Uint8Array, known: string | null): Promise<Answer<DocumentSaved>> {
    return this.#inTurn(async () => {
      let at = 0;
      do {
        // By itself: all of what it is a part of would go over with it.
        const answer = await this.#api.give(at, bytes.slice(at, at + DOCUMENT_PIECE_BYTES));
        if (!answer.ok) return answer;
        at += DOCUMENT_PIECE_BYTES;
      } while (at < bytes.byteLength);
      return this.#api.save(id, known);
    });
  }

  async #whole({ id, name, size, version }: DocumentContent): Promise<Answer<ReadDocument>> {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += DOCUMENT_PIECE_BYTES) {
      const answer = await this.#api.piece(version, at);
      if (!answer.ok) return answer;
      bytes.set(answer.value, at);
    }
    return { ok: true, value: { id, name, version, bytes } };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
