/** The line to a native interpreter: what it is ordered, and what it tells and asks, each a line of JSON. */
import { z } from 'zod';
import { InputQuestion, type InputAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { RunPiece } from '../../shared/protocol/interpreter.ts';
import { RunProtocolError } from '../run/run-protocol-error.ts';

/** What code in there may have written itself. */
export const NativeReport = z.discriminatedUnion('say', [
  /** Of a session: it takes orders. */
  z.strictObject({ say: z.literal('ready') }),
  /** It waits until that call is answered. */
  InputQuestion.extend({ say: z.literal('input') }),
  /** The session's run of that number is over, its output written and its outcome in the folder. */
  z.strictObject({ say: z.literal('done'), run: z.int().positive() }),
  /** The session's answer to the question of that number, whole with the part that is the last. */
  z.strictObject({
    say: z.literal('answer'),
    question: z.int().positive(),
    part: z.string(),
    last: z.boolean(),
  }),
]);
export type NativeReport = z.infer<typeof NativeReport>;

export const inputPiece = ({ call, prompt, secret }: Extract<NativeReport, { say: 'input' }>): RunPiece => ({
  channel: 'input',
  call,
  prompt,
  secret,
});

export type NativeOrder =
  /** Run what is in the session's folder. */
  | { readonly do: 'run'; readonly run: number; readonly textLimit: number; readonly input: boolean }
  | {
      readonly do: 'answer';
      readonly call: number;
      readonly kind: InputAnswer['kind'];
      /** Base64. */
      readonly bytes: string;
    }
  /** Of a session: `asked` is a `NameQuestion` as JSON. */
  | { readonly do: 'look-up'; readonly question: number; readonly asked: string }
  /** Where there is no signal for it. */
  | { readonly do: 'interrupt' }
  /** The session is over. */
  | { readonly do: 'end' };

export const answerOrder = (call: number, answer: InputAnswer): NativeOrder => ({
  do: 'answer',
  call,
  kind: answer.kind,
  bytes: answer.kind === 'bytes' ? Buffer.from(answer.bytes).toString('base64') : '',
});

export const orderLine = (order: NativeOrder): string => `${JSON.stringify(order)}\n`;

/** More than a question with the longest prompt has, each unit of it escaped. */
const MAX_LINE_BYTES = 32 * 1024;
const LINE_END = 10;

/** Reads reports out of what comes in pieces. */
export class ReportLines {
  #rest = Buffer.alloc(0);

  /** @throws RunProtocolError where a line is too long or no report */
  *push(piece: Uint8Array): Generator<NativeReport> {
    let start = 0;
    for (let end; (end = piece.indexOf(LINE_END, start)) !== -1; start = end + 1) {
      const line = this.#joined(piece.subarray(start, end));
      this.#rest = Buffer.alloc(0);
      yield reportOf(line);
    }
    this.#rest = this.#joined(piece.subarray(start));
  }

  #joined(bytes: Uint8Array): Buffer<ArrayBuffer> {
    if (this.#rest.byteLength + bytes.byteLength > MAX_LINE_BYTES) {
      throw new RunProtocolError('it told more than it may');
    }
    return Buffer.concat([this.#rest, bytes]);
  }
}

const reportOf = (line: Buffer): NativeReport => {
  try {
    return NativeReport.parse(JSON.parse(line.toString('utf8')));
  } catch {
    throw new RunProtocolError('it told what has no meaning');
  }
};
