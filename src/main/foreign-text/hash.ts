import { createHash } from 'node:crypto';
import { inPieces } from './yielder.ts';

/** Takes a few ms even where the processor has no instructions for it. */
const PIECE_BYTES = 1024 * 1024;

/** SHA-256 of texts and bytes one after the other, in hexadecimal digits. Others have their turn meanwhile. */
export const sha256 = async (...parts: readonly (string | Uint8Array)[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const part of parts) {
    if (typeof part === 'string') hash.update(part);
    else await inPieces(part, (piece) => hash.update(piece), PIECE_BYTES);
  }
  return hash.digest('hex');
};
