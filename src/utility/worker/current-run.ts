import {
  PIECE_BYTES,
  outcomeBudgetBytes,
  type RunOrder,
  type RunPiece,
} from '../../shared/protocol/interpreter.ts';
import { DisplaySender } from './display-sender.ts';
import { FontQuestions } from './font-questions.ts';
import { FunctionQuestions } from './function-questions.ts';
import { copyFromGuest, guestByteLength, viewOfGuest } from './host-intrinsics.ts';
import { InputQuestions } from './input-questions.ts';
import { OutputBatcher } from './output-batcher.ts';

export type WorkerRunEnd =
  | { kind: 'finished'; outputCut: boolean; outcome: Uint8Array }
  | { kind: 'died'; detail: string; stack: string };

/** The current run of an interpreter. Sends its output, displays and outcome in pieces; all of it is untrusted. */
export class CurrentRun {
  /** Null when the run takes no input. */
  readonly input: InputQuestions | null;
  /** Null when the run was given no functions. */
  readonly functions: FunctionQuestions | null;
  readonly fonts: FontQuestions;
  readonly #stdout: OutputBatcher;
  readonly #stderr: OutputBatcher;
  readonly #displays: DisplaySender;
  readonly #outcomeBudget: number;
  readonly #send: (piece: RunPiece) => void;
  readonly #end: (end: WorkerRunEnd) => void;

  /** @param end called once, after the last piece */
  constructor(
    { facts, input, outputBytes }: RunOrder,
    { encode, now }: { readonly encode: (text: string) => Uint8Array; readonly now: () => number },
    send: (piece: RunPiece) => void,
    end: (end: WorkerRunEnd) => void,
  ) {
    const batcher = (channel: 'stdout' | 'stderr'): OutputBatcher =>
      new OutputBatcher({
        now,
        send: (bytes) => send({ channel, bytes }),
        pieceBytes: PIECE_BYTES,
        capBytes: outputBytes,
        encode,
      });
    this.#stdout = batcher('stdout');
    this.#stderr = batcher('stderr');
    this.#displays = new DisplaySender(send);
    this.input = input ? new InputQuestions(send) : null;
    this.functions = facts?.functions === undefined ? null : new FunctionQuestions(send, encode);
    this.fonts = new FontQuestions(send);
    this.#outcomeBudget = outcomeBudgetBytes(outputBytes);
    this.#send = send;
    this.#end = end;
  }

  /** @param stream 2 for standard error, everything else for standard output */
  write(stream: unknown, bytes: unknown): void {
    const batcher = stream === 2 ? this.#stderr : this.#stdout;
    // The batcher copies only what it keeps: a write may be as large as the guest's memory.
    if (guestByteLength(bytes) > 0) batcher.write(viewOfGuest(bytes));
  }

  show(json: unknown): void {
    const length = guestByteLength(json);
    if (length < 0) return;
    // Flushed first, so that earlier output arrives first.
    this.flush();
    // Copies no more than is sent: the guest's bytes may be as large as its memory.
    this.#displays.show(length, () => copyFromGuest(json, length));
  }

  /** Sends buffered output, unless the rate limit is reached. @returns whether all that may be sent soon is sent */
  sendIfDue(): boolean {
    const isOutSent = this.#stdout.sendIfDue();
    return this.#stderr.sendIfDue() && isOutSent;
  }

  flush(): void {
    this.#stdout.flush();
    this.#stderr.flush();
  }

  /** Sends all buffered output, including the kept end of long output. */
  endOutput(): void {
    this.#stdout.end();
    this.#stderr.end();
  }

  /** @returns '' or why the outcome is invalid; then the run has not ended */
  finish(outcome: unknown): string {
    const length = guestByteLength(outcome);
    if (length < 0) return 'the interpreter gave no result';
    if (length > this.#outcomeBudget) return 'the result is too large';
    const bytes = copyFromGuest(outcome, length);
    this.endOutput();
    const isSmall = bytes.length <= PIECE_BYTES;
    for (let start = 0; !isSmall && start < bytes.length; start += PIECE_BYTES) {
      this.#send({ channel: 'outcome', bytes: bytes.slice(start, start + PIECE_BYTES) });
    }
    const outputCut = this.#stdout.cut || this.#stderr.cut || this.#displays.cut;
    this.#end({ kind: 'finished', outputCut, outcome: isSmall ? bytes : new Uint8Array() });
    return '';
  }

  die(detail: string, stack: string): void {
    this.endOutput();
    this.#end({ kind: 'died', detail, stack });
  }
}
