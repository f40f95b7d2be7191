import { answerInPieces, wholeAnswer } from '../../../shared/protocol/answers.ts';
import type {
  GuestQuestion,
  InterpreterMethod,
  QuestionParams,
} from '../../../shared/protocol/interpreter-methods.ts';
import type { AbortSignalLike } from '../../../shared/rpc/abort.ts';
import { MIB } from '../../../shared/units.ts';
import type { SidecarPeer } from './sidecar-peer.ts';

/** Window of an answer: unacknowledged bytes. */
const WINDOW_BYTES = 4 * MIB;

/** Questions that main can ask an interpreter. */
export type MainQuestion = Extract<GuestQuestion, InterpreterMethod>;

type Params<Q extends MainQuestion> = QuestionParams<Q>;
type Call = (
  question: MainQuestion,
  params: object,
  options: {
    readonly window: number;
    readonly onItem: (item: { readonly bytes: Uint8Array }) => void;
    readonly signal?: AbortSignalLike;
  },
) => Promise<unknown>;

/** Asks the interpreters of a process between their runs. The answers are untrusted. */
export class SidecarQuestions {
  readonly #call: Call;

  constructor(peer: SidecarPeer) {
    // The types of the single questions can't be expressed in one generic call.
    this.#call = peer.call.bind(peer) as unknown as Call;
  }

  /** @throws RpcError when the interpreter is gone or its answer is too long */
  async ask<Q extends MainQuestion>(interpreter: string, question: Q, params: Params<Q>): Promise<string> {
    return new TextDecoder().decode(await this.askForBytes(interpreter, question, params));
  }

  /** The same in UTF-8. */
  askForBytes<Q extends MainQuestion>(
    interpreter: string,
    question: Q,
    params: Params<Q>,
  ): Promise<Uint8Array> {
    return wholeAnswer(question, (onItem) =>
      this.#call(question, { interpreter, ...params }, { window: WINDOW_BYTES, onItem }),
    );
  }

  /** The same in pieces of UTF-8, for what is to be read under a budget. @throws what `onPiece` throws, too */
  askInPieces<Q extends MainQuestion>(
    interpreter: string,
    question: Q,
    params: Params<Q>,
    onPiece: (bytes: Uint8Array) => void,
    signal: AbortSignalLike,
  ): Promise<void> {
    return answerInPieces(
      question,
      (onItem) => this.#call(question, { interpreter, ...params }, { window: WINDOW_BYTES, onItem, signal }),
      onPiece,
    );
  }
}
