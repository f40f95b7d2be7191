import { inPieces } from './yielder.ts';

/** UTF-8 as text, decoded a piece at a time so that nothing else waits for it. What is no UTF-8 becomes U+FFFD. */
export const decodedText = async (bytes: Uint8Array): Promise<string> => {
  const decoder = new TextDecoder();
  let text = '';
  await inPieces(bytes, (piece) => {
    text += decoder.decode(piece, { stream: true });
  });
  return text + decoder.decode();
};
