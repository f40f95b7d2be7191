import { TextDecoder } from 'node:util';
import type { RunOutput, RunResult } from '../../../shared/contract/run.ts';
import { StreamedOutput } from '../../../shared/contract/streamed-output.ts';
import type { HostRunItem, HostRunOptions } from '../../../shared/protocol/host-protocol.ts';
import { joinBytes } from '../../../shared/bytes.ts';
import type { RunCalls } from '../../functions/run-calls.ts';
import type { RunOptions } from '../../run/run-options.ts';

/** Hands what the host sends of one run to those who want it. */
export class HostRunReader {
  /** What the host is to send as it comes; all else of the output comes with the result. */
  readonly runOptions: HostRunOptions;
  readonly #options: RunOptions;
  readonly #answer: (line: string | null) => void;
  readonly #calls: RunCalls | null;
  #hasEnded = false;
  /** Aborted when the run ends while a question waits for its answer. */
  #asking: AbortController | undefined;
  readonly #streamed = new StreamedOutput();
  readonly #decoders: Readonly<Record<RunOutput['stream'], TextDecoder>> = {
    stdout: new TextDecoder('utf-8', { ignoreBOM: true }),
    stderr: new TextDecoder('utf-8', { ignoreBOM: true }),
  };
  /** The parts received so far of the file that is being sent. */
  #parts: Uint8Array[] = [];

  /** @param calls who answers the run's calls */
  constructor(options: RunOptions, answer: (line: string | null) => void, calls: RunCalls | null = null) {
    this.#options = options;
    this.#answer = answer;
    this.#calls = calls;
    this.runOptions = {
      output: options.onOutput !== undefined,
      displays: options.onDisplay !== undefined,
      files: options.onFile !== undefined,
      input: options.onInput !== undefined,
      countsInput: options.countsInput === true,
      // A wording that is made elsewhere can't be sent; only the window has one, and no host of its own.
      adviceWording: typeof options.adviceWording === 'string' ? options.adviceWording : 'program',
    };
  }

  /** To be told of each item at once, in order. */
  note(item: HostRunItem): void {
    if (item.kind === 'display') this.#streamed.display(item.display);
    // Not after what was printed before: a reader that has stalled keeps no function at work.
    if (item.kind === 'calls-end') this.#calls?.end();
    if (item.kind !== 'output') return;
    const { bytes, stream } = item.output;
    this.#streamed.text(stream, this.#decoders[stream].decode(bytes, { stream: true }));
  }

  /** The whole result. @param rest as the host sent it */
  complete(rest: RunResult): RunResult {
    const result = this.#streamed.complete(rest);
    return this.#calls === null ? result : { ...result, calls: [...this.#calls.records] };
  }

  /** Hands an item on; to be called when the one before has been taken. */
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
      case 'call':
        this.#calls?.push(item.piece);
        return;
      case 'call-rest':
        this.#calls?.sendNextPart(item.call);
        return;
      case 'calls-end':
        return;
    }
  }

  /** The run is over: no answer is wanted any more. */
  end(): void {
    this.#hasEnded = true;
    this.#asking?.abort();
    this.#calls?.end();
  }

  async #ask(prompt: string, secret: boolean): Promise<void> {
    const asking = (this.#asking ??= new AbortController());
    if (this.#hasEnded) asking.abort();
    try {
      this.#answer((await this.#options.onInput?.(prompt, asking.signal, secret)) ?? null);
    } catch {
      this.#answer(null);
    }
  }
}
