import { RealmTextDecoder } from '../platform/text-codec.ts';

const MAX_BYTES = 32_768;

/** Our own frames, which a guest's stack trace has no use for. */
const OWN_FRAME = /^ {2}File "<vivarium>".*\n/gmu;

/**
 * Python writes the stack of a fatal error to standard output. It is no output of the guest's, so from the beginning of
 * that on it is kept apart.
 */
export class CrashReport {
  readonly #bytes: number[] = [];
  #isOpen = false;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  begin(): void {
    this.#isOpen = true;
  }

  write(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length && this.#bytes.length < MAX_BYTES; index++) {
      this.#bytes.push(bytes[index] ?? 0);
    }
  }

  text(): string {
    return new RealmTextDecoder().decode(new Uint8Array(this.#bytes)).replace(OWN_FRAME, '');
  }
}
