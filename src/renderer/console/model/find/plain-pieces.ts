import { hasCodes, plainText } from '../texts/plain-text.ts';
import { endOfRow } from '../texts/text-rows.ts';

/** Of a text, in UTF-16 units. */
const PIECE = 64 * 1024;

/** A text as it is to be seen, in pieces that are short enough to be searched at once; cut as the rows of a long line are. */
export function* plainPieces(text: string, mayHaveCodes: boolean): Generator<string> {
  const isCoded = mayHaveCodes && hasCodes(text);
  if (text.length <= PIECE) {
    yield isCoded ? plainText(text) : text;
    return;
  }
  for (let start = 0; start < text.length;) {
    const end = isCoded ? endOfRow(text, start) : start + PIECE;
    const piece = text.slice(start, end);
    yield isCoded ? plainText(piece) : piece;
    start = end;
  }
}
