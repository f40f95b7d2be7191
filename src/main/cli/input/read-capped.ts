import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { ReadStream as TerminalStream, isatty } from 'node:tty';
import { joinBytes } from '../../../shared/bytes.ts';

/** A folder was given where bytes are wanted; `code` is the one the system uses for it. */
class FolderError extends Error {
  readonly code = 'EISDIR';
}

/**
 * Opens a file, pipe or device for reading.
 *
 * Pipes are opened without blocking and read through the event loop: a read that waits in a thread of
 * reads in libuv's pool can't be cancelled, and keep the process from exiting until data arrives.
 */
export function openForReading(path: string): Readable {
  // O_NONBLOCK does not exist on Windows, whatever its type says.
  const nonBlocking = (constants.O_NONBLOCK as number | undefined) ?? 0;
  const fd = openSync(path, constants.O_RDONLY | nonBlocking);
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw new FolderError(`${path} is a folder`);
    if (stats.isFIFO()) return new Socket({ fd, readable: true, writable: false });
    if (isatty(fd)) return new TerminalStream(fd);
    return createReadStream(path, { fd, highWaterMark: 1024 * 1024 });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * Reads a stream to its end, keeping at most `cap` bytes. Returns null as soon as there is more: a file may
 * grow while it is read, and a device may never end. Rejects when the signal is aborted.
 */
export async function readCapped(
  stream: Readable,
  cap: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  signal.throwIfAborted();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const giveUp = (): void => {
    stream.destroy(new Error('reading was cancelled'));
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array | string>) {
      const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      length += bytes.byteLength;
      if (length > cap) return null;
      chunks.push(bytes);
    }
  } finally {
    signal.removeEventListener('abort', giveUp);
    stream.destroy();
  }
  return joinBytes(chunks);
}
