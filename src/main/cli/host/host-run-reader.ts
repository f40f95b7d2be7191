import type { HostRunItem } from '../../../shared/protocol/host-protocol.ts';
import { joinBytes } from '../../../shared/protocol/snapshot-image.ts';
import type { RunOptions } from '../../run/run-options.ts';

/** Hands what the host sends of one run to those who want it. */
export class HostRunReader {
  /** What the host is to send beside output. */
  readonly wants: { readonly displays: boolean; readonly files: boolean; readonly input: boolean };
  readonly #options: RunOptions;
  readonly #answer: (line: string | null) => void;
  readonly #ended = new AbortController();
  /** Of the file that is on its way. */
  #parts: Uint8Array[] = [];

  constructor(options: RunOptions, answer: (line: string | null) => void) {
    this.#options = options;
    this.#answer = answer;
    this.wants = {
      displays: options.onDisplay !== undefined,
      files: options.onFile !== undefined,
      input: options.onInput !== undefined,
    };
  }

  async take(item: HostRunItem): Promise<void> {
    switch (item.kind) {
      case 'output':
        return this.#options.onOutput?.(item.output);
      case 'display':
        return this.#options.onDisplay?.(item.display);
      case 'input':
        // Not waited for: the run may end meanwhile.
        void this.#ask(item.prompt, item.secret);
        return;
      case 'file-part': {
        this.#parts.push(item.bytes);
        if (!item.last) return;
        const bytes = joinBytes(this.#parts);
        this.#parts = [];
        return this.#options.onFile?.({ kind: 'whole', name: item.name, mime: item.mime, bytes });
      }
      case 'file':
        return this.#options.onFile?.(item.file);
    }
  }

  /** The run is over: no answer is wanted any more. */
  end(): void {
    this.#ended.abort();
  }

  async #ask(prompt: string, secret: boolean): Promise<void> {
    try {
      this.#answer((await this.#options.onInput?.(prompt, this.#ended.signal, secret)) ?? null);
    } catch {
      this.#answer(null);
    }
  }
}
