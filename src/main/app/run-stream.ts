import { TextDecoder } from 'node:util';
import type { RunEvent } from '../../shared/ipc/sandbox.ts';
import type { RunOutput } from '../../shared/contract/sandbox.ts';
import type { Clock } from '../base/clock.ts';

/** Output is gathered for so long before the page is told, in ms: a frame of a screen. */
const GATHER_MS = 16;

type Stream = RunOutput['stream'];

/**
 * What a run prints, as the page gets it: whole characters, in the order of what was written, and not more often
 * than a screen can show.
 */
export class RunStream {
  readonly #runId: string;
  readonly #tell: (event: RunEvent) => void;
  readonly #clock: Clock;
  readonly #decoders: Readonly<Record<Stream, TextDecoder>> = {
    stdout: new TextDecoder(),
    stderr: new TextDecoder(),
  };
  /** Pieces of one stream that follow each other are one. */
  #pending: { readonly stream: Stream; text: string }[] = [];
  #cancelFlush: (() => void) | null = null;

  constructor(runId: string, clock: Clock, tell: (event: RunEvent) => void) {
    this.#runId = runId;
    this.#clock = clock;
    this.#tell = tell;
  }

  text({ stream, bytes }: RunOutput): void {
    this.#add(stream, this.#decoders[stream].decode(bytes, { stream: true }));
  }

  /** Something that is not text; what was printed before it is told before it. */
  event(event: RunEvent): void {
    this.flush();
    this.#tell(event);
  }

  /** The run is over: half a character that is left becomes a replacement character. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) this.#add(stream, this.#decoders[stream].decode());
    this.flush();
  }

  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const pending = this.#pending;
    this.#pending = [];
    for (const { stream, text } of pending) this.#tell({ type: 'text', runId: this.#runId, stream, text });
  }

  #add(stream: Stream, text: string): void {
    if (text === '') return;
    const last = this.#pending.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pending.push({ stream, text });
    this.#cancelFlush ??= this.#clock.after(GATHER_MS, () => this.flush());
  }
}
