import { PIECE_BYTES } from '../../shared/protocol/interpreter.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { InterpreterThread } from './interpreters/interpreter-thread.ts';
import type { StartContext } from './interpreters/start-context.ts';
import { withTimeout } from './interpreters/with-timeout.ts';

/** Limit for the whole, in ms: a start without a snapshot must still fit into main's limit afterwards. */
const LIMIT_MS = 25_000;

/**
 * Starts a dedicated interpreter, saves its memory, and lets later ones start from that. To be called before any guest code has
 * run in this process.
 *
 * @throws RpcError when no snapshot can be made
 */
export const makeSnapshot = async (context: StartContext): Promise<Uint8Array> => {
  const thread = new InterpreterThread(context, 'for-snapshot');
  try {
    const image = await withTimeout(LIMIT_MS, bootAndTake(thread));
    context.snapshot.put(image);
    if (context.snapshot.unusable) throw new RpcError('failed', 'the snapshot is damaged');
    return image;
  } finally {
    await thread.terminate();
  }
};

const bootAndTake = async (thread: InterpreterThread): Promise<Uint8Array> => {
  const checks = await thread.boot();
  if (!checks.every((check) => check.holds)) throw new RpcError('failed', 'a self-check failed');
  return thread.takeSnapshot();
};

/** Splits a snapshot into messages that are small enough to leave the sidecar. */
export const sendInPieces = async (
  image: Uint8Array,
  write: (piece: { bytes: Uint8Array }) => Promise<void>,
): Promise<void> => {
  for (let start = 0; start < image.length; start += PIECE_BYTES) {
    await write({ bytes: image.slice(start, start + PIECE_BYTES) });
  }
};
