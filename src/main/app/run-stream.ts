import { TextDecoder } from 'node:util';
import type { RunEvent } from '../../shared/ipc/sandbox.ts';
import type { RunDisplay, RunOutput, RunResult } from '../../shared/contract/run.ts';
import { isClearing, withoutStreamed } from '../../shared/contract/streamed-output.ts';
import type { Clock } from '../base/clock.ts';

/** Output is batched for this long, in ms: one frame of a screen. */
const GATHER_MS = 16;

type Stream = RunOutput['stream'];

/**
 * Streams a run's output to the page as events: whole characters, in the order in which they were written, and at most
 * one batch per frame of the screen.
 */
export class RunStream {
  readonly #runId: string;
  readonly #send: (event: RunEvent) => void;
  readonly #clock: Clock;
  readonly #decoders: Readonly<Record<Stream, TextDecoder>> = {
    stdout: new TextDecoder('utf-8', { ignoreBOM: true }),
    stderr: new TextDecoder('utf-8', { ignoreBOM: true }),
  };
  /** Pieces of one stream that follow each other are one. */
  #pending: { readonly stream: Stream; text: string }[] = [];
  #cancelFlush: (() => void) | null = null;
  /** Amount that was sent or is pending. */
  readonly #told = { stdout: 0, stderr: 0, outputs: 0 };
  #isOver = false;

  constructor(runId: string, clock: Clock, send: (event: RunEvent) => void) {
    this.#runId = runId;
    this.#clock = clock;
    this.#send = send;
  }

  text({ stream, bytes }: RunOutput): void {
    this.#add(stream, this.#decoders[stream].decode(bytes, { stream: true }));
  }

  display(display: RunDisplay): void {
    if (this.#isOver) return;
    this.#told.outputs = isClearing(display) ? 0 : this.#told.outputs + 1;
    this.event({ type: 'output', runId: this.#runId, mime: display.mime });
  }

  /** Sends another event, after all text that was printed before it. */
  event(event: RunEvent): void {
    if (this.#isOver) return;
    this.flush();
    this.#send(event);
  }

  /**
   * Sends the output of the result that was not streamed yet, such as an incomplete character at its end; later output is
   * ignored.
   *
   * @returns the result without its output, which was sent
   */
  end(result: RunResult): RunResult {
    const rest = withoutStreamed(result, this.#told);
    for (const display of rest.outputs) this.display(display);
    for (const stream of ['stdout', 'stderr'] as const) this.#add(stream, rest[stream]);
    this.close();
    return withoutStreamed(result, this.#told);
  }

  /** Sends what is pending; later output is ignored. */
  close(): void {
    this.flush();
    this.#isOver = true;
  }

  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const pending = this.#pending;
    this.#pending = [];
    for (const { stream, text } of pending) this.#send({ type: 'text', runId: this.#runId, stream, text });
  }

  #add(stream: Stream, text: string): void {
    if (text === '' || this.#isOver) return;
    this.#told[stream] += text.length;
    const last = this.#pending.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pending.push({ stream, text });
    this.#cancelFlush ??= this.#clock.after(GATHER_MS, () => this.flush());
  }
}
