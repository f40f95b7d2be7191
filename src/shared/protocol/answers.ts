/** Receives the answer to a question to an interpreter: untrusted, in pieces, capped by the caller. */
import { RpcError } from '../rpc/errors.ts';
import { guestQuestions, type GuestQuestion } from './interpreter-methods.ts';
import { joinBytes } from '../bytes.ts';

/** Makes the call, and hands over what comes. */
type Call = (onItem: (item: { readonly bytes: Uint8Array }) => void) => Promise<unknown>;

/**
 * Passes the answer on as it comes.
 *
 * @throws RpcError as the call does, and 'invalid-result' when the answer is longer than it may be; what `onPiece` throws
 */
export const answerInPieces = async (
  question: GuestQuestion,
  call: Call,
  onPiece: (bytes: Uint8Array) => void,
): Promise<void> => {
  const { maxBytes } = guestQuestions[question];
  let received = 0;
  await call(({ bytes }) => {
    // Empty pieces cost time, but do not count towards the cap.
    if (bytes.length === 0) throw new RpcError('invalid-result', 'the answer came in pieces of nothing');
    received += bytes.length;
    if (received > maxBytes)
      throw new RpcError('invalid-result', `the answer is longer than ${maxBytes} bytes`);
    onPiece(bytes);
  });
};

/** The whole answer in UTF-8; empty when the guest core has none. @throws RpcError as `answerInPieces` does */
export const wholeAnswer = async (question: GuestQuestion, call: Call): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  await answerInPieces(question, call, (bytes) => void pieces.push(bytes));
  return joinBytes(pieces);
};
