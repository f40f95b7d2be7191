import { RealmTextDecoder } from '../platform/text-codec.ts';

/** How Pyodide announces that it is about to give up (`fatal_error` in the runtime). */
const ANNOUNCEMENT = 'Pyodide has suffered a fatal error';

const MAX_BYTES = 32_768;

/** Our own frames, which a guest's stack trace has no use for. */
const OWN_FRAME = /^ {2}File "<vivarium>".*\n/gmu;

/**
 * Pyodide writes the Python stack of a fatal error to stdout. It is no output of the guest's, so from the
 * announcement on it is kept apart.
 */
export class CrashReport {
  readonly #bytes: number[] = [];
  #announced = false;

  get announced(): boolean {
    return this.#announced;
  }

  onConsoleError(message: unknown): void {
    if (typeof message === 'string' && message.startsWith(ANNOUNCEMENT)) this.#announced = true;
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
